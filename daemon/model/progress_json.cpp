#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include "model/outcome_json.hpp"
#include "model/progress.hpp"

// Written and read at every event, so: short keys, defaults left out, times as microseconds since
// the epoch, no `due` when it is TimePoint::max(). Names and not numbers stand for enumerators,
// because their order may change.

namespace herald::model {
namespace {

void write_time(JsonWriter& out, std::string_view key, TimePoint at) {
  if (at != TimePoint{}) out.time(key, at);
}
void write_text(JsonWriter& out, std::string_view key, std::string_view text) {
  if (!text.empty()) out.text(key, text);
}
void write_flag(JsonWriter& out, std::string_view key, bool flag) {
  if (flag) out.flag(key, true);
}
void write_count(JsonWriter& out, std::string_view key, unsigned count, unsigned usual) {
  if (count != usual) out.number(key, count);
}

void write(JsonWriter& out, const Attempt& a) {
  out.open('{');
  write_count(out, "run", a.run, 1);
  write_count(out, "round", a.round, 1);
  write_count(out, "step", a.step, 0);
  write_count(out, "n", a.number, 1);
  write_text(out, "c", a.channel);
  write_flag(out, "nobody", a.reaches_nobody);
  write_flag(out, "fly", a.in_flight);
  write_flag(out, "box", a.inbox);
  if (a.outcome != Outcome{}) write(out, "o", a.outcome);
  if (a.evidence != Evidence::none) out.text("e", to_string(a.evidence));
  write_flag(out, "f", a.failed);
  write_flag(out, "u", a.unsure);
  write_flag(out, "rec", a.reconciling);
  write_count(out, "asks", a.asks, 0);
  write_time(out, "ask", a.ask_at);
  write_time(out, "s", a.started);
  write_time(out, "x", a.ended);
  write_time(out, "ea", a.evidence_at);
  write_text(out, "p", a.provider_id);
  out.close('}');
}

std::string read(const boost::json::value& value, Attempt& a) {
  JsonReader in{value, "an attempt"};
  in.count("run", a.run);
  in.count("round", a.round);
  in.count("step", a.step);
  in.count("n", a.number);
  in.text("c", a.channel);
  in.flag("nobody", a.reaches_nobody);
  a.in_flight = false;
  in.flag("fly", a.in_flight);
  in.flag("box", a.inbox);
  std::string why;
  if (const auto* outcome = in.take("o")) why = read(*outcome, a.outcome);
  in.named("e", a.evidence, evidence_from);
  in.flag("f", a.failed);
  in.flag("u", a.unsure);
  in.flag("rec", a.reconciling);
  in.count("asks", a.asks);
  in.time("ask", a.ask_at);
  in.time("s", a.started);
  in.time("x", a.ended);
  in.time("ea", a.evidence_at);
  in.text("p", a.provider_id);
  return why.empty() ? in.finish() : why;
}

void write(JsonWriter& out, const StepLeft& l) {
  out.open('{');
  write_count(out, "run", l.run, 1);
  write_count(out, "round", l.round, 1);
  write_count(out, "step", l.step, 0);
  out.text("r", to_string(l.reason));
  write_flag(out, "t", l.transient);
  write_text(out, "d", l.detail);
  write_time(out, "at", l.at);
  out.close('}');
}

std::string read(const boost::json::value& value, StepLeft& l) {
  JsonReader in{value, "a step left"};
  in.need("r");
  in.count("run", l.run);
  in.count("round", l.round);
  in.count("step", l.step);
  in.named("r", l.reason, reason_from);
  in.flag("t", l.transient);
  in.text("d", l.detail);
  in.time("at", l.at);
  return in.finish();
}

void write(JsonWriter& out, const Answer& a) {
  out.open("answer", '{');
  out.text("a", a.action);
  out.text("c", a.channel);
  out.text("said", a.said);
  out.time("at", a.at);
  out.close('}');
}

std::string read(const boost::json::value& value, Answer& a) {
  JsonReader in{value, "an answer"};
  for (const auto* key : {"a", "c", "said", "at"}) in.need(key);
  in.text("a", a.action);
  in.text("c", a.channel);
  in.text("said", a.said);
  in.time("at", a.at);
  return in.finish();
}

}  // namespace

std::string to_json_text(const Progress& p) {
  JsonWriter out;
  out.open('{');
  out.text("id", p.id);
  out.text("s", to_string(p.state));
  out.text("r", to_string(p.reason));
  write_count(out, "run", p.run, 1);
  write_count(out, "round", p.round, 1);
  write_count(out, "step", p.step, 0);
  if (p.due != TimePoint::max()) out.time("due", p.due);
  write_time(out, "exp", p.expires);
  write_time(out, "ss", p.step_started);
  if (p.quiet.count() != 0) out.number("quiet", p.quiet.count());
  write_time(out, "ws", p.wait_started);
  write_time(out, "hs", p.held_since);
  write_time(out, "nt", p.next_try);
  if (p.clock_moved.count() != 0) out.number("cm", p.clock_moved.count());
  write_count(out, "rf", p.render_failures, 0);
  write_flag(out, "cancel", p.cancel_requested);
  write_flag(out, "over", p.expiry_passed);
  write_flag(out, "resend", p.resend);
  if (p.parked_failure) write(out, "pf", *p.parked_failure);
  if (p.answer) write(out, *p.answer);
  if (!p.attempts.empty()) {
    out.open("a", '[');
    for (const auto& attempt : p.attempts) write(out, attempt);
    out.close(']');
  }
  if (!p.left.empty()) {
    out.open("l", '[');
    for (const auto& left : p.left) write(out, left);
    out.close(']');
  }
  out.close('}');
  return out.take();
}

base::Result<Progress> progress_from_json(std::string_view text) {
  namespace json = boost::json;
  unsigned char buffer[8192];
  json::monotonic_resource memory{buffer};
  json::error_code ec;
  const auto value = json::parse({text.data(), text.size()}, ec, &memory);
  if (ec) return unreadable("progress: " + ec.message());
  Progress p;
  JsonReader in{value, "progress"};
  for (const auto* key : {"id", "s", "r"}) in.need(key);
  in.text("id", p.id);
  in.named("s", p.state, state_from);
  in.named("r", p.reason, reason_from);
  in.count("run", p.run);
  in.count("round", p.round);
  in.count("step", p.step);
  p.due = TimePoint::max();
  in.time("due", p.due);
  in.time("exp", p.expires);
  in.time("ss", p.step_started);
  in.duration("quiet", p.quiet);
  in.time("ws", p.wait_started);
  in.time("hs", p.held_since);
  in.time("nt", p.next_try);
  in.duration("cm", p.clock_moved);
  in.count("rf", p.render_failures);
  in.flag("cancel", p.cancel_requested);
  in.flag("over", p.expiry_passed);
  in.flag("resend", p.resend);
  std::string why;
  if (const auto* outcome = in.take("pf")) why = read(*outcome, p.parked_failure.emplace());
  if (const auto* answer = in.take("answer"); answer != nullptr && why.empty())
    why = read(*answer, p.answer.emplace());
  in.list("a", [&](const json::value& a) { return read(a, p.attempts.emplace_back()); });
  in.list("l", [&](const json::value& l) { return read(l, p.left.emplace_back()); });
  if (why.empty()) why = in.finish();
  if (!why.empty()) return unreadable(why);
  return p;
}

}  // namespace herald::model
