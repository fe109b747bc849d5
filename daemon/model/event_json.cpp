#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "model/event.hpp"
#include "model/outcome_json.hpp"

namespace herald::model {
namespace {

void write(JsonWriter& out, const AttemptRef& a) {
  out.number("run", a.run);
  out.number("step", a.step);
  out.number("n", a.number);
}
void read(JsonReader& in, AttemptRef& a) {
  for (const auto* key : {"run", "step", "n"}) in.need(key);
  in.count("run", a.run);
  in.count("step", a.step);
  in.count("n", a.number);
}
/// The outcome is the same key in every event that has one.
std::string read(JsonReader& in, Outcome& outcome) {
  in.need("o");
  const auto* value = in.take("o");
  return value == nullptr ? std::string{} : read(*value, outcome);
}

// One pair per event: fields written, fields read. `read` gives what is wrong inside a nested
// value.
void write(JsonWriter&, const event::Due&) {}
std::string read(JsonReader&, event::Due&) { return {}; }

void write(JsonWriter& out, const event::Gated& e) {
  out.text("r", to_string(e.reason));
  if (e.until == TimePoint::max())
    out.flag("open", true);
  else
    out.time("until", e.until);
}
std::string read(JsonReader& in, event::Gated& e) {
  in.need("r");
  if (bool open = false; in.has("open")) {
    in.flag("open", open);
    e.until = TimePoint::max();
  } else {
    in.need("until");
  }
  in.named("r", e.reason, reason_from);
  in.time("until", e.until);
  return {};
}

void write(JsonWriter& out, const event::Blocked& e) {
  out.text("r", to_string(e.reason));
  out.flag("t", e.transient);
  if (!e.detail.empty()) out.text("d", e.detail);
}
std::string read(JsonReader& in, event::Blocked& e) {
  in.need("r");
  in.need("t");
  in.named("r", e.reason, reason_from);
  in.flag("t", e.transient);
  in.text("d", e.detail);
  return {};
}

void write(JsonWriter& out, const event::RenderFailed& e) {
  if (!e.detail.empty()) out.text("d", e.detail);
}
std::string read(JsonReader& in, event::RenderFailed& e) {
  in.text("d", e.detail);
  return {};
}

void write(JsonWriter& out, const event::Completed& e) {
  write(out, e.attempt);
  if (e.inbox) out.flag("box", true);
  write(out, "o", e.outcome);
}
std::string read(JsonReader& in, event::Completed& e) {
  read(in, e.attempt);
  in.flag("box", e.inbox);
  return read(in, e.outcome);
}

void write(JsonWriter& out, const event::Lost& e) {
  write(out, e.attempt);
  out.text("r", to_string(e.reason));
}
std::string read(JsonReader& in, event::Lost& e) {
  read(in, e.attempt);
  in.need("r");
  in.named("r", e.reason, reason_from);
  return {};
}

void write(JsonWriter& out, const event::Reconciled& e) {
  write(out, e.attempt);
  write(out, "o", e.outcome);
}
std::string read(JsonReader& in, event::Reconciled& e) {
  read(in, e.attempt);
  return read(in, e.outcome);
}

void write(JsonWriter& out, const event::Receipt& e) {
  write(out, e.attempt);
  out.text("kind", to_string(e.kind));
  write(out, "o", e.outcome);
  if (e.provider_time != TimePoint{}) out.time("pt", e.provider_time);
  if (!e.provider_id.empty()) out.text("p", e.provider_id);
}
std::string read(JsonReader& in, event::Receipt& e) {
  read(in, e.attempt);
  in.need("kind");
  in.named("kind", e.kind, receipt_kind_from);
  in.time("pt", e.provider_time);
  in.text("p", e.provider_id);
  return read(in, e.outcome);
}

void write(JsonWriter& out, const event::Answered& e) {
  write(out, e.attempt);
  out.text("a", e.action);
  out.text("c", e.channel);
  out.text("said", e.said);
}
std::string read(JsonReader& in, event::Answered& e) {
  read(in, e.attempt);
  for (const auto* key : {"a", "c", "said"}) in.need(key);
  in.text("a", e.action);
  in.text("c", e.channel);
  in.text("said", e.said);
  return {};
}

void write(JsonWriter& out, const event::Cancel& e) { out.text("by", e.by); }
std::string read(JsonReader& in, event::Cancel& e) {
  in.need("by");
  in.text("by", e.by);
  return {};
}

void write(JsonWriter& out, const event::Redrive& e) {
  out.text("by", e.by);
  out.time("exp", e.expires);
  if (e.resend) out.flag("resend", true);
}
std::string read(JsonReader& in, event::Redrive& e) {
  for (const auto* key : {"by", "exp"}) in.need(key);
  in.text("by", e.by);
  in.time("exp", e.expires);
  in.flag("resend", e.resend);
  return {};
}

void write(JsonWriter& out, const event::ClockMoved& e) {
  out.number("by", e.by.count());
  if (e.expiry) out.flag("exp", true);
}
std::string read(JsonReader& in, event::ClockMoved& e) {
  in.need("by");
  in.duration("by", e.by);
  in.flag("exp", e.expiry);
  return {};
}

template <class E>
constexpr std::string_view kName = "";
template <>
constexpr std::string_view kName<event::Due> = "due";
template <>
constexpr std::string_view kName<event::Gated> = "gated";
template <>
constexpr std::string_view kName<event::Blocked> = "blocked";
template <>
constexpr std::string_view kName<event::RenderFailed> = "render_failed";
template <>
constexpr std::string_view kName<event::Completed> = "completed";
template <>
constexpr std::string_view kName<event::Lost> = "lost";
template <>
constexpr std::string_view kName<event::Reconciled> = "reconciled";
template <>
constexpr std::string_view kName<event::Receipt> = "receipt";
template <>
constexpr std::string_view kName<event::Answered> = "answered";
template <>
constexpr std::string_view kName<event::Cancel> = "cancel";
template <>
constexpr std::string_view kName<event::Redrive> = "redrive";
template <>
constexpr std::string_view kName<event::ClockMoved> = "clock_moved";

/// Reads alternative number I of Event when its name is `wanted`, else tries the next.
template <std::size_t I = 0>
base::Result<Event> read_named(std::string_view wanted, JsonReader& in) {
  if constexpr (I == std::variant_size_v<Event>) {
    return unreadable("an event has an unknown name");
  } else {
    using E = std::variant_alternative_t<I, Event>;
    if (wanted != kName<E>) return read_named<I + 1>(wanted, in);
    E e{};
    auto why = read(in, e);
    if (why.empty()) why = in.finish();
    if (!why.empty()) return unreadable(why);
    return Event{std::move(e)};
  }
}

}  // namespace

std::string_view name(const Event& event) {
  return std::visit([]<class E>(const E&) { return kName<E>; }, event);
}

std::string to_json_text(const Event& event) {
  JsonWriter out;
  out.open('{');
  out.text("event", name(event));
  std::visit([&](const auto& e) { write(out, e); }, event);
  out.close('}');
  return out.take();
}

base::Result<Event> event_from_json(std::string_view text) {
  const auto value = base::parse_json(text);
  if (!value) return unreadable(value.error().message);
  JsonReader in{*value, "an event"};
  std::string wanted;
  in.need("event");
  in.text("event", wanted);
  return read_named(wanted, in);
}

}  // namespace herald::model
