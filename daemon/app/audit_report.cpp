#include "app/audit_report.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdio>

#include "base/text.hpp"

namespace herald::app {
namespace {

namespace json = boost::json;

constexpr model::State kStates[] = {
    model::State::queued,      model::State::trying,    model::State::waiting,
    model::State::holding,     model::State::delivered, model::State::unconfirmed,
    model::State::undelivered, model::State::expired,   model::State::cancelled};
constexpr model::Evidence kEvidence[] = {model::Evidence::none, model::Evidence::accepted,
                                         model::Evidence::delivered, model::Evidence::read,
                                         model::Evidence::answered};

template <class E, std::size_t N, std::size_t M>
json::object by_name(const E (&values)[N], const std::array<uint64_t, M>& counts) {
  json::object out;
  for (std::size_t i = 0; i < N; ++i) out[to_string(values[i])] = counts[i];
  return out;
}

/// Of what was accepted; nothing when nothing was.
json::value ratio(uint64_t part, uint64_t whole) {
  if (whole == 0) return nullptr;
  return static_cast<double>(part) / static_cast<double>(whole);
}

json::array broken_json(const std::vector<store::BrokenRow>& rows) {
  json::array out;
  for (const auto& b : rows)
    out.push_back(json::object{{"table", b.table},
                               {"row", b.row},
                               {"id", b.id},
                               {"rule", b.rule},
                               {"expected", b.expected},
                               {"found", b.found}});
  return out;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(text.size() < width ? width - text.size() : 0, ' ');
  return right ? space + text : text + space;
}

std::string percent(uint64_t part, uint64_t whole) {
  if (whole == 0) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.2f %%",
                100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

/// Rows under headings: the first column to the left, numbers to the right.
class Columns {
 public:
  explicit Columns(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::string text() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_)
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    std::string out;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) line += "  " + padded(row[i], widths[i], i > 0);
      out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return out;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string n(uint64_t number) { return std::to_string(number); }

std::string totals_text(const delivery::AuditTotals& t) {
  Columns states{{"state", "notifications", "of accepted"}};
  for (const auto state : kStates)
    if (const auto count = t.by_state[static_cast<std::size_t>(state)]; count > 0)
      states.row({std::string{to_string(state)}, n(count), percent(count, t.notifications)});
  Columns evidence{{"best evidence", "notifications", "of accepted"}};
  for (const auto level : kEvidence)
    if (const auto count = t.by_evidence[static_cast<std::size_t>(level)]; count > 0)
      evidence.row({std::string{to_string(level)}, n(count), percent(count, t.notifications)});
  Columns kinds{{"kind", "accepted", "arrived", "ratio"}};
  for (const auto& [name, k] : t.kinds)
    kinds.row(
        {base::escape_control(name), n(k.accepted), n(k.arrived), percent(k.arrived, k.accepted)});
  Columns channels{
      {"channel", "tried for", "arrived", "ratio", "attempts", "failed", "unknown", "again"}};
  for (const auto& [name, c] : t.channels)
    channels.row({base::escape_control(name), n(c.notifications), n(c.arrived),
                  percent(c.arrived, c.notifications), n(c.attempts), n(c.failed), n(c.unknown),
                  n(c.again)});
  return states.text() + "\n" + evidence.text() + "\n" + kinds.text() + "\n" + channels.text() +
         "\n  on a second channel as well: " + n(t.on_second_channel) + "\n\n";
}

}  // namespace

json::object audit_json(const AuditReport& r) {
  const auto& t = r.totals;
  json::array kinds, channels;
  for (const auto& [name, k] : t.kinds)
    kinds.push_back(json::object{{"kind", name},
                                 {"accepted", k.accepted},
                                 {"arrived", k.arrived},
                                 {"ratio", ratio(k.arrived, k.accepted)},
                                 {"states", by_name(kStates, k.by_state)}});
  for (const auto& [name, c] : t.channels)
    channels.push_back(json::object{{"channel", name},
                                    {"notifications", c.notifications},
                                    {"arrived", c.arrived},
                                    {"ratio", ratio(c.arrived, c.notifications)},
                                    {"attempts", c.attempts},
                                    {"in_flight", c.in_flight},
                                    {"failed", c.failed},
                                    {"unknown", c.unknown},
                                    {"again", c.again},
                                    {"evidence", by_name(kEvidence, c.by_evidence)}});
  return {{"complete", r.complete},
          {"clean", r.clean()},
          {"since", r.since ? json::value(base::to_iso8601(*r.since)) : json::value(nullptr)},
          {"seconds", std::chrono::duration<double>(r.took).count()},
          {"notifications", t.notifications + r.unreadable},
          {"unreadable", r.unreadable},
          {"events", t.events},
          {"attempts", t.attempts},
          {"states", by_name(kStates, t.by_state)},
          {"evidence", by_name(kEvidence, t.by_evidence)},
          {"on_second_channel", t.on_second_channel},
          {"kinds", std::move(kinds)},
          {"channels", std::move(channels)},
          {"broken_rows", r.broken_rows},
          {"broken", broken_json(r.broken)}};
}

std::string audit_text(const AuditReport& r) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.1f s", std::chrono::duration<double>(r.took).count());
  std::string out = "replayed " + n(r.totals.events) + " events of " + n(r.totals.notifications) +
                    " notifications in " + seconds;
  if (r.since) out += ", accepted since " + base::to_iso8601(*r.since);
  out += "\n\n";
  if (r.totals.notifications > 0) out += totals_text(r.totals);
  for (const auto& b : r.broken)
    out += b.table + " " + b.row + (b.id.empty() ? "" : " (" + base::escape_control(b.id) + ")") +
           ": " + b.rule + ": expected " + base::escape_control(b.expected) + ", found " +
           base::escape_control(b.found) + "\n";
  if (r.broken_rows > r.broken.size())
    out += "... and " + n(r.broken_rows - r.broken.size()) + " more\n";
  if (r.unreadable > 0)
    out += n(r.unreadable) + " notifications could not be replayed and are in no total\n";
  if (!r.complete) return out + "stopped before the end\n";
  return out + (r.broken_rows == 0 ? "no row breaks a rule\n"
                                   : n(r.broken_rows) + " broken: see docs/how-to/audit.md\n");
}

}  // namespace herald::app
