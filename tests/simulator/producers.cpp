#include "producers.hpp"

#include <boost/json/value.hpp>

#include "daemon.hpp"

namespace herald::simulator {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

json::object request_of(const Intent& intent, unsigned number, const std::string& to,
                        const std::string& priority) {
  json::object request{{"kind", intent.kind},
                       {"to", json::object{{"user", to}}},
                       {"params", json::object{{"n", number}}},
                       {"priority", priority}};
  if (!intent.key.empty()) request["idempotency_key"] = intent.key;
  return request;
}

}  // namespace

void Producers::begin() {
  for (unsigned i = 0; i < stage_.scenario.notifications; ++i)
    stage_.later(stage_.dice.between(0us, stage_.scenario.window), [this] { one_more(); });
}

void Producers::one_more() {
  auto& dice = stage_.dice;
  const auto number = static_cast<unsigned>(truth_.intents.size());
  Intent intent;
  intent.number = number;
  intent.kind = dice.any({"kind.a", "kind.b", "kind.c", "kind.d", "kind.e", "kind.f"});
  intent.user = dice.from_to(1, stage_.scenario.users);
  if (dice.percent(70)) intent.key = "key-" + std::to_string(number);
  Body body;
  body.to = std::to_string(intent.user);
  body.priority = dice.any({"low", "normal", "normal", "high", "urgent"});
  if (dice.percent(15))
    body.not_before = base::to_iso8601(stage_.clock.now() + dice.between(1s, 2min));
  if (dice.percent(15))
    body.expires_at = base::to_iso8601(stage_.clock.now() + dice.between(1s, 4min));
  truth_.intents.push_back(std::move(intent));
  bodies_.push_back(std::move(body));
  submit(number, 0);
}

std::size_t Producers::acknowledged() const {
  std::size_t count = 0;
  for (const auto& intent : truth_.intents) count += intent.acks.empty() ? 0 : 1;
  return count;
}

void Producers::submit(unsigned i, unsigned tries) {
  auto& intent = truth_.intents[i];
  const auto& body = bodies_[i];
  if (tries > 60) return;
  if (stage_.daemon == nullptr)
    return stage_.later(stage_.dice.between(500ms, 4s), [this, i, tries] { submit(i, tries + 1); });
  auto request = request_of(intent, i, body.to, body.priority);
  if (!body.not_before.empty()) request["not_before"] = body.not_before;
  if (!body.expires_at.empty()) request["expires_at"] = body.expires_at;
  ++intent.sent;
  auto settled = std::make_shared<bool>(false);
  // No answer: with a key it is safe to ask again, without one it may be stored twice.
  stage_.later(12s, [this, i, tries, settled] {
    if (!std::exchange(*settled, true)) submit(i, tries + 1);
  });
  stage_.daemon->producer().submit(
      "uid:1000", request, [this, i, tries, settled](base::Result<json::object> answer) {
        auto id = answer ? std::string{answer->at("id").as_string()} : std::string{};
        auto error = answer ? std::string{} : std::string{to_string(answer.error().code)};
        stage_.world.post([this, i, tries, settled, id = std::move(id), error = std::move(error)] {
          if (!id.empty()) truth_.intents[i].acks.push_back(id);
          if (!std::exchange(*settled, true)) answered(i, tries, id, error);
        });
      });
}

void Producers::answered(unsigned i, unsigned tries, const std::string& id,
                         const std::string& error) {
  const auto& intent = truth_.intents[i];
  stage_.story.tell("submission ", std::to_string(i), " of ", intent.kind, " to user ",
                    std::to_string(intent.user), ": ", id.empty() ? error : id);
  if (id.empty()) {
    if (error == "unavailable" || error == "in_flight")
      stage_.later(stage_.dice.between(200ms, 5s), [this, i, tries] { submit(i, tries + 1); });
    return;
  }
  if (intent.key.empty() || intent.acks.size() > 2) return;
  if (stage_.fault(25, "submitted again"))
    stage_.later(stage_.dice.between(0us, 90s), [this, i] { submit(i, 0); });
  if (stage_.fault(10, "key with another body"))
    stage_.later(stage_.dice.between(0us, 90s), [this, i] { other_body(i); });
}

void Producers::other_body(unsigned i) {
  if (stage_.daemon == nullptr) return;
  const auto& intent = truth_.intents[i];
  stage_.daemon->producer().submit(
      "uid:1000", request_of(intent, kOtherBody + i, bodies_[i].to, bodies_[i].priority),
      [this, i](base::Result<json::object> answer) {
        if (!answer || truth_.a_day_passed()) return;
        broken_.push_back("I2 idempotency: key " + truth_.intents[i].key +
                          " was accepted again with another body");
      });
}

void Producers::cancel_one() {
  if (stage_.daemon == nullptr || truth_.intents.empty()) return;
  const auto& intent = truth_.intents[stage_.dice.below(truth_.intents.size())];
  if (intent.acks.empty()) return;
  const auto id = intent.acks.front();
  stage_.daemon->producer().cancel(id, "uid:0", [this, id](base::Result<json::object> answer) {
    stage_.world.post([this, id, ok = answer.has_value()] {
      if (!ok) return;
      stage_.story.tell("cancel of ", id.substr(10, 6), " acknowledged");
      truth_.cancelled.emplace(id, stage_.clock.mono());
    });
  });
}

}  // namespace herald::simulator
