#include "delivery/views.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/text.hpp"
#include "delivery/decide.hpp"
#include "delivery/repeats.hpp"

namespace herald::delivery {
namespace {

namespace json = boost::json;

json::value time(model::TimePoint at) {
  if (at == model::TimePoint{} || at == model::TimePoint::max()) return nullptr;
  return json::value(base::to_iso8601(at));
}

json::string text(std::string_view s) { return json::string{s.data(), s.size()}; }

json::object attempt_view(const model::Notification& n, std::size_t index) {
  const auto& a = n.progress.attempts[index];
  json::object out{{"attempt", model::attempt_id(n.head.id, a)},
                   {"run", a.run},
                   {"round", a.round},
                   {"step", a.step + 1},
                   {"channel", a.channel},
                   {"number", a.number},
                   {"started", time(a.started)},
                   {"ended", time(a.ended)}};
  out["outcome"] = a.in_flight ? text("in_flight") : text(to_string(a.outcome.kind));
  out["reason"] = text(to_string(a.outcome.reason));
  out["detail"] = a.outcome.detail;
  out["evidence"] = text(to_string(a.evidence));
  out["evidence_at"] = time(a.evidence_at);
  out["provider_id"] = a.provider_id;
  out["failed"] = a.failed;
  out["repeats"] = text(to_string(repeat_of(n.progress, index)));
  return out;
}

void put_content(json::object& out, std::string_view params, std::string_view content) {
  json::error_code ec;
  if (!params.empty()) out["params"] = json::parse(params, ec);
  if (!content.empty()) out["content"] = json::parse(content, ec);
}

/// What an event says for people beside its name.
std::string detail_of(const model::Event& event) {
  struct Visitor {
    std::string operator()(const model::event::Due&) const { return {}; }
    std::string operator()(const model::event::Gated& e) const {
      return std::string{to_string(e.reason)} +
             (e.until == model::TimePoint::max() ? "" : " until " + base::to_iso8601(e.until));
    }
    std::string operator()(const model::event::Blocked& e) const {
      return std::string{to_string(e.reason)} + (e.detail.empty() ? "" : ": " + e.detail);
    }
    std::string operator()(const model::event::RenderFailed& e) const { return e.detail; }
    std::string operator()(const model::event::Completed& e) const { return outcome(e.outcome); }
    std::string operator()(const model::event::Lost& e) const {
      return std::string{to_string(e.reason)};
    }
    std::string operator()(const model::event::Reconciled& e) const { return outcome(e.outcome); }
    std::string operator()(const model::event::Receipt& e) const {
      std::string out{to_string(e.kind)};
      if (e.kind == model::ReceiptKind::failed) out += " (" + outcome(e.outcome) + ")";
      return out;
    }
    std::string operator()(const model::event::Answered& e) const {
      return e.action + " on " + e.channel;
    }
    std::string operator()(const model::event::Cancel& e) const { return "by " + e.by; }
    std::string operator()(const model::event::Redrive& e) const { return "by " + e.by; }
    std::string operator()(const model::event::ClockMoved& e) const {
      return (e.by.count() < 0 ? "-" : "+") + base::to_string(std::chrono::abs(e.by));
    }
    static std::string outcome(const model::Outcome& o) {
      std::string out{to_string(o.kind)};
      if (o.reason != model::Reason::none) (out += ' ') += to_string(o.reason);
      if (!o.detail.empty()) out += ": " + o.detail;
      return out;
    }
  };
  return std::visit(Visitor{}, event);
}

}  // namespace

json::object view(const model::Notification& n, bool private_parts) {
  const auto& h = n.head;
  const auto& p = n.progress;
  json::object to{
      {"kind", h.to.kind},
      {"value", private_parts || h.to.kind == "user" ? h.to.value : base::mask_phone(h.to.value)}};
  json::object out{{"id", h.id},
                   {"kind", h.kind},
                   {"type", h.type},
                   {"state", text(to_string(p.state))},
                   {"reason", text(to_string(p.reason))},
                   {"ending", ending_text(p, *h.chain)},
                   {"evidence", text(to_string(p.best_evidence()))},
                   {"user", h.user},
                   {"to", std::move(to)},
                   {"producer", h.producer},
                   {"priority", text(to_string(h.priority))},
                   {"created", time(h.created)},
                   {"expires", time(p.expires)},
                   {"due", time(p.due)},
                   {"run", p.run},
                   {"round", p.round},
                   {"step", p.step + 1},
                   {"route", h.chain->route}};
  if (p.answer)
    out["answer"] = json::object{
        {"action", p.answer->action}, {"channel", p.answer->channel}, {"at", time(p.answer->at)}};
  if (private_parts) put_content(out, h.params_json, h.content_json);
  return out;
}

json::object timeline_view(const store::Timeline& timeline, bool private_parts) {
  const auto& n = timeline.notification;
  const auto& chain = *n.head.chain;
  auto out = view(n, private_parts);
  json::array attempts, left, events, steps;
  for (std::size_t i = 0; i < n.progress.attempts.size(); ++i)
    attempts.push_back(attempt_view(n, i));
  // Each step by the chain of its own run.
  const auto channel_of = [&](const model::StepLeft& l) -> std::string {
    if (l.run == 0 || l.run > timeline.chains.size()) return {};
    const auto& own = timeline.chains[l.run - 1]->steps;
    return l.step < own.size() ? own[l.step].channel : std::string{};
  };
  for (const auto& l : n.progress.left)
    left.push_back(json::object{{"run", l.run},
                                {"round", l.round},
                                {"step", l.step + 1},
                                {"channel", channel_of(l)},
                                {"reason", text(to_string(l.reason))},
                                {"detail", l.detail},
                                {"at", time(l.at)}});
  for (const auto& e : timeline.entries)
    events.push_back(json::object{{"seq", e.seq},
                                  {"at", time(e.at)},
                                  {"event", text(model::name(e.event))},
                                  {"state", text(to_string(e.state))},
                                  {"reason", text(to_string(e.reason))},
                                  {"detail", detail_of(e.event)}});
  for (const auto& s : chain.steps)
    steps.push_back(json::object{{"channel", s.channel},
                                 {"until", text(to_string(s.until))},
                                 {"within", base::to_string(s.within)}});
  out["attempts"] = std::move(attempts);
  out["steps_left"] = std::move(left);
  out["timeline"] = std::move(events);
  out["chain"] = std::move(steps);
  out["conversation_row"] = timeline.has_conversation_row;
  return out;
}

json::object dead_letter_view(const model::Notification& n) {
  const auto& p = n.progress;
  const auto& chain = n.head.chain->steps;
  json::array steps;
  for (const auto& l : p.left)
    if (l.run == p.run && l.step < chain.size())
      steps.push_back(json::object{{"channel", chain[l.step].channel},
                                   {"round", l.round},
                                   {"reason", text(to_string(l.reason))},
                                   {"detail", l.detail}});
    else if (l.reason == model::Reason::invalid)
      steps.push_back(json::object{{"channel", ""},
                                   {"round", l.round},
                                   {"reason", text(to_string(l.reason))},
                                   {"detail", l.detail}});
  return json::object{{"id", n.head.id},
                      {"kind", n.head.kind},
                      {"user", n.head.user},
                      {"created", time(n.head.created)},
                      {"run", p.run},
                      {"ending", ending_text(p, *n.head.chain)},
                      {"steps", std::move(steps)}};
}

json::object event_view(const store::JournalEntry& entry) {
  json::array names;
  for (const auto& event : entry.events) {
    const auto detail = detail_of(event);
    names.push_back(
        json::value(std::string{model::name(event)} + (detail.empty() ? "" : " " + detail)));
  }
  json::object out{{"at", base::to_iso8601(entry.at)},
                   {"id", entry.id},
                   {"seq", entry.seq},
                   {"kind", entry.kind},
                   {"producer", entry.producer},
                   {"user", entry.user},
                   {"events", std::move(names)},
                   {"state", text(to_string(entry.state))},
                   {"before", text(to_string(entry.before))},
                   {"reason", text(to_string(entry.reason))},
                   {"evidence", text(to_string(entry.evidence))},
                   {"channel", entry.channel}};
  put_content(out, entry.params_json, entry.content_json);
  return out;
}

}  // namespace herald::delivery
