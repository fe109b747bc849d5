// What administrators do to channels, and how their gates look to them.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/object.hpp>

#include "app/operations.hpp"
#include "base/text.hpp"

namespace herald::app {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

constexpr std::size_t kLongestReason = 200;

std::string rate_text(const model::Rate& rate) {
  return rate.limited() ? std::to_string(rate.count) + "/" + base::to_string(rate.per)
                        : std::string{};
}

}  // namespace

void add_gates(json::object& channel, const delivery::Gates::View& gates) {
  channel["breaker"] = json::string{to_string(gates.breaker)};
  if (gates.breaker == delivery::Breaker::State::open)
    channel["probe_in"] = std::chrono::ceil<std::chrono::seconds>(gates.probe_in).count();
  channel["rate"] = rate_text(gates.limits.rate);
  channel["recipient_rate"] = rate_text(gates.limits.recipient_rate);
  channel["waiting"] = gates.waiting;
  if (!gates.paused) return;
  channel["state"] = "paused";
  channel["paused"] = base::to_iso8601(gates.paused->since);
  channel["paused_by"] = gates.paused->by;
  channel["pause_reason"] = gates.paused->reason;
}

void ControlOperations::pause(std::string channel, std::string reason, std::string by,
                              Reply reply) {
  if (reason.size() > kLongestReason)
    return reply(fail(Code::invalid, "a reason has at most 200 bytes", "reason"));
  const auto config = app_.config();
  if (config->channel(channel) == nullptr) {
    std::vector<std::string_view> names;
    for (const auto& known : config->channels) names.push_back(known.name);
    std::string message = "there is no channel of that name";
    if (const auto meant = base::did_you_mean(channel, names))
      message += "; did you mean " + std::string{*meant} + "?";
    else
      message += "; heraldctl channels lists them";
    return reply(fail(Code::not_found, message, channel));
  }
  auto& core = app_.core();
  core.log.warning("channel.paused", "an administrator paused a channel",
                   {{"channel", channel}, {"by", by}});
  core.dispatcher.pause({std::move(channel), std::move(reason), std::move(by), core.clock.now()},
                        [reply = std::move(reply)](base::Result<store::Nothing> done) {
                          if (!done) return reply(done.error());
                          reply(json::object{});
                        });
}

void ControlOperations::resume(std::string channel, Reply reply) {
  auto& core = app_.core();
  core.log.info("channel.resumed", "an administrator lets a channel go on", {{"channel", channel}});
  core.dispatcher.resume(std::move(channel),
                         [reply = std::move(reply)](base::Result<store::Nothing> done) {
                           if (!done) return reply(done.error());
                           reply(json::object{});
                         });
}

}  // namespace herald::app
