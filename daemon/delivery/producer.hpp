#pragma once

#include <set>

#include "base/guarded.hpp"
#include "base/ids.hpp"
#include "delivery/dispatcher.hpp"
#include "delivery/submission.hpp"
#include "model/ports/producer.hpp"

namespace herald::delivery {

/// What producers ask for: the one way in for control socket, HTTP API and plugins. Any thread.
class Producer final : public model::ports::Producer {
 public:
  struct Needs {
    store::DeliveryStore& store;
    Dispatcher& dispatcher;
    const base::Clock& clock;
    base::Random& random;
  };
  explicit Producer(Needs needs) : need_{needs} {}

  /// Swapped at start and reload; before the first call everything is refused with unavailable.
  void set_rules(SubmissionRules rules);

  void submit(std::string producer, const boost::json::value& request, Reply reply) override;
  void get(std::string id, bool private_parts, Reply reply) override;
  void timeline(std::string id, bool private_parts, Reply reply) override;
  void cancel(std::string id, std::string by, Reply reply) override;
  void list(const boost::json::object& query, bool private_parts, Reply reply) override;

 private:
  void listed(store::ListQuery filter, bool private_parts, Reply reply);

  Needs need_;
  base::Guarded<std::shared_ptr<const SubmissionRules>> rules_;
  base::Guarded<std::set<std::string>> keys_in_flight_;
};

}  // namespace herald::delivery
