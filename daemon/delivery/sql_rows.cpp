// What applications wrote with SQL, on the way that all submissions go. Nobody waits for an answer:
// what others would be told as an error ends as a dead letter.
#include <boost/json/value.hpp>

#include "base/faults.hpp"
#include "base/json.hpp"
#include "delivery/producer.hpp"
#include "delivery/refusal.hpp"

namespace herald::delivery {
namespace {

namespace json = boost::json;
using base::Code;

/// As an error of the request that will not go away by itself.
bool for_good(Code code) {
  return code != Code::unavailable && code != Code::in_flight && code != Code::conflict &&
         code != Code::internal;
}

}  // namespace

void Producer::submit_row(store::OutboxStore& outbox, store::OutboxRow row, RowDone done) {
  const auto rules = current_rules();
  if (!rules) return done(starting());
  auto request = base::parse_json(row.request);
  if (!request) return refuse_row(outbox, row, {}, request.error(), done);
  auto checked = check_submission(*rules, row.producer, *request, need_.random, need_.clock.now());
  if (!checked) return refuse_row(outbox, row, *request, checked.error(), done);
  checked->id = row.id;
  const auto take = [this, &outbox, number = row.number, offset = base::offset_of(need_.clock)](
                        model::NewNotification n, store::Done<store::Accepted> accepted) {
    outbox.take(number, std::move(n), [this, offset, accepted](base::Result<store::Taken> taken) {
      if (!taken) return accepted(taken.error());
      if (!taken->accepted.repeated)
        need_.dispatcher.accepted(taken->accepted.notification, offset);
      accepted(std::move(taken->accepted));
    });
  };
  keep(std::move(*checked), take,
       [this, &outbox, row, request = *request, done](const base::Result<json::object>& kept) {
         if (kept) return done(std::optional<Ended>{});
         if (!for_good(kept.error().code)) return done(kept.error());
         refuse_row(outbox, row, request, kept.error(), done);
       });
}

void Producer::refuse_row(store::OutboxStore& outbox, const store::OutboxRow& row,
                          const json::value& request, const base::Error& error,
                          const RowDone& done) {
  HERALD_POINT("sql.refused");
  auto refusal =
      refusal_of(*current_rules(), row.id, row.producer, request, error, need_.clock.now());
  const model::Event why = refusal.why;
  outbox.take_refused(row.number, std::move(refusal.notification), std::move(refusal.why),
                      [why, done](base::Result<store::Taken> taken) {
                        if (!taken) return done(taken.error());
                        std::optional<Ended> ended;
                        if (taken->ended) ended.emplace(std::move(*taken->ended), why);
                        done(std::move(ended));
                      });
}

}  // namespace herald::delivery
