#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "model/chain.hpp"
#include "model/json_reader.hpp"
#include "model/json_writer.hpp"

namespace herald::model {
namespace {

// Durations are whole microseconds. Every field is written: a later change of a default must not
// change stored chains.
void write(JsonWriter& out, const Step& step) {
  out.open('{');
  out.text("channel", step.channel);
  out.text("until", to_string(step.until));
  out.number("within", step.within.count());
  out.number("try_for", step.try_for.count());
  out.number("attempts", step.attempts);
  out.number("backoff_first", step.backoff.first.count());
  out.number("backoff_max", step.backoff.max.count());
  out.number("timeout", step.timeout.count());
  out.flag("idempotent", step.idempotent);
  out.flag("reaches_nobody", step.reaches_nobody);
  out.flag("reconciles", step.reconciles);
  out.close('}');
}

std::string read(const boost::json::value& value, Step& step) {
  JsonReader in{value, "a step"};
  in.need("channel");
  in.text("channel", step.channel);
  in.named("until", step.until, evidence_from);
  in.duration("within", step.within);
  in.duration("try_for", step.try_for);
  in.count("attempts", step.attempts);
  in.duration("backoff_first", step.backoff.first);
  in.duration("backoff_max", step.backoff.max);
  in.duration("timeout", step.timeout);
  in.flag("idempotent", step.idempotent);
  in.flag("reaches_nobody", step.reaches_nobody);
  in.flag("reconciles", step.reconciles);
  return in.finish();
}

}  // namespace

std::string to_json_text(const Chain& chain) {
  JsonWriter out;
  out.open('{');
  out.text("route", chain.route);
  out.open("steps", '[');
  for (const auto& step : chain.steps) write(out, step);
  out.close(']');
  out.number("rounds", chain.rounds.count);
  out.number("every", chain.rounds.every.count());
  out.number("receipts_for", chain.receipts_for.count());
  out.number("expires_after", chain.expires_after.count());
  out.close('}');
  return out.take();
}

base::Result<Chain> chain_from_json(std::string_view text) {
  const auto value = base::parse_json(text);
  if (!value) return unreadable(value.error().message);
  Chain chain;
  JsonReader in{*value, "a chain"};
  in.need("route");
  in.need("steps");
  in.text("route", chain.route);
  in.list("steps",
          [&](const boost::json::value& step) { return read(step, chain.steps.emplace_back()); });
  in.count("rounds", chain.rounds.count);
  in.duration("every", chain.rounds.every);
  in.duration("receipts_for", chain.receipts_for);
  in.duration("expires_after", chain.expires_after);
  if (auto why = in.finish(); !why.empty()) return unreadable(why);
  return chain;
}

}  // namespace herald::model
