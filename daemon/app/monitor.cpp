#include "app/monitor.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "delivery/views.hpp"
#include "routing/match.hpp"

namespace herald::app {
namespace {

namespace json = boost::json;

std::optional<uint64_t> position_of(std::string_view cursor) {
  uint64_t position = 0;
  const auto* end = cursor.data() + cursor.size();
  const auto [at, problem] = std::from_chars(cursor.data(), end, position);
  if (problem != std::errc{} || at != end) return std::nullopt;
  return position;
}

class MonitorSource final : public control::EventSource {
 public:
  explicit MonitorSource(std::shared_ptr<journal::Stream> stream) : stream_{std::move(stream)} {}

  std::optional<base::Result<json::object>> next() override {
    using What = journal::Stream::Told::What;
    const auto told = stream_->next();
    if (!told) return std::nullopt;
    if (told->what == What::refused)
      return base::fail(base::Code::invalid,
                        "this journal has not come to the cursor " +
                            std::to_string(told->position) +
                            "; it is of another database, or of a later state of this one",
                        "after");
    json::object out{{"event", nullptr},
                     {"cursor", std::to_string(told->position)},
                     {"gap", told->what == What::gap}};
    if (told->what == What::entry) out["event"] = delivery::event_view(told->entry);
    return out;
  }

 private:
  const std::shared_ptr<journal::Stream> stream_;  // shared with answers of the store under way
};

}  // namespace

base::Result<std::shared_ptr<control::EventSource>> follow(journal::Feed& feed,
                                                           const control::MonitorQuery& query,
                                                           std::function<void()> ready) {
  journal::Stream::Start start;
  if (!query.after.empty()) {
    start.after = position_of(query.after);
    if (!start.after)
      return base::fail(base::Code::invalid, "a cursor is what an earlier answer gave as cursor",
                        "after");
  }
  const auto state = model::state_from(query.state);
  if (!query.state.empty() && !state)
    return base::fail(base::Code::invalid, "there is no state " + query.state.substr(0, 32),
                      "state");
  start.content = query.private_parts;
  if (!query.id.empty() || !query.kind.empty() || state || !query.producer.empty())
    start.wanted = [query, state](const store::JournalEntry& entry) {
      return (query.id.empty() || entry.id == query.id) &&
             (query.kind.empty() || routing::kind_matches(query.kind, entry.kind)) &&
             (!state || entry.state == *state) &&
             (query.producer.empty() || routing::producer_matches(query.producer, entry.producer));
    };
  return std::shared_ptr<control::EventSource>{
      std::make_shared<MonitorSource>(feed.follow(std::move(start), std::move(ready)))};
}

}  // namespace herald::app
