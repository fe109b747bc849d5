#include "journal/message.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace herald::journal {
namespace {

namespace json = boost::json;

json::string text(std::string_view s) { return json::string{s.data(), s.size()}; }

std::string type_of(const store::JournalEntry& entry) {
  const auto topics = topics_of(entry);
  if ((topics & (bit(Topic::ended) | bit(Topic::corrected))) != 0)
    return "notification." + std::string{to_string(entry.state)};
  if ((topics & bit(Topic::redriven)) != 0) return "notification.redriven";
  if ((topics & bit(Topic::answered)) != 0) return "notification.answered";
  if ((topics & bit(Topic::evidence)) != 0) return "notification.evidence";
  return "notification.progress";
}

}  // namespace

unsigned topics_of(const store::JournalEntry& entry) {
  const bool was = model::is_ended(entry.before), is = model::is_ended(entry.state);
  unsigned out = 0;
  if (is && !was) out |= bit(Topic::ended);
  if (is && was && entry.state != entry.before) out |= bit(Topic::corrected);
  if (!is && was) out |= bit(Topic::redriven);
  if (entry.evidence > entry.evidence_before) out |= bit(Topic::evidence);
  if (entry.evidence > entry.evidence_before && entry.evidence == model::Evidence::answered)
    out |= bit(Topic::answered);
  return out != 0 ? out : bit(Topic::progress);
}

std::string message_id(const store::JournalEntry& entry) {
  return entry.id + "_" + std::to_string(entry.seq);
}

std::string message_body(const store::JournalEntry& entry) {
  json::object data{{"id", entry.id},
                    {"seq", entry.seq},
                    {"kind", entry.kind},
                    {"producer", entry.producer},
                    {"state", text(to_string(entry.state))},
                    {"before", text(to_string(entry.before))},
                    {"reason", text(to_string(entry.reason))},
                    {"evidence", text(to_string(entry.evidence))},
                    {"corrected", (topics_of(entry) & bit(Topic::corrected)) != 0}};
  if (!entry.channel.empty()) data["channel"] = entry.channel;
  if ((topics_of(entry) & bit(Topic::answered)) != 0)
    for (const auto& event : entry.events)
      if (const auto* answer = std::get_if<model::event::Answered>(&event))
        data["answer"] = json::object{{"action", answer->action}, {"channel", answer->channel}};
  return json::serialize(json::object{{"type", type_of(entry)},
                                      {"timestamp", base::to_iso8601(entry.at)},
                                      {"data", std::move(data)}});
}

}  // namespace herald::journal
