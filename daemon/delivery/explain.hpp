#pragma once

#include <boost/json/fwd.hpp>

#include "base/guarded.hpp"
#include "base/ids.hpp"
#include "delivery/dispatcher.hpp"
#include "delivery/submission.hpp"
#include "model/ports/channels.hpp"
#include "store/preview.hpp"

namespace herald::delivery {

/// Says what a request would meet, without sending it: recipient, route, chain, template, the
/// rendered text and, for each step, why it could not be used now. Stores nothing. Any thread.
class Explainer {
 public:
  struct Needs {
    store::PreviewStore* previews;  ///< nullptr: this store cannot look ahead
    store::DirectoryStore& people;
    model::ports::Channels& channels;
    Dispatcher& dispatcher;  ///< knows the gates
    const base::Clock& clock;
    base::Random& random;
  };
  using Reply = std::function<void(base::Result<boost::json::object>)>;
  explicit Explainer(Needs needs) : need_{needs} {}

  /// Swapped at start and reload; before the first call everything is refused with unavailable.
  struct Rules {
    SubmissionRules submission;
    std::string locale, time_zone;
  };
  void set_rules(Rules rules);

  /// Errors are those that the producer would get for sending it. `private_parts`: also addresses
  /// and the rendered text.
  void explain(std::string producer, const boost::json::value& request, bool private_parts,
               Reply reply);

 private:
  struct Story;  // explain.cpp
  void look_up(const std::shared_ptr<Story>& story);
  void next_step(const std::shared_ptr<Story>& story);
  void render(const std::shared_ptr<Story>& story, const model::ChannelInfo& channel,
              boost::json::object step);

  Needs need_;
  base::Guarded<std::shared_ptr<const Rules>> rules_;
};

}  // namespace herald::delivery
