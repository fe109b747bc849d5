#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "config/rules.hpp"
#include "config/sections.hpp"

namespace herald::config {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 6> kEvents{"ended",    "corrected", "redriven",
                                                  "answered", "evidence",  "progress"};
constexpr std::size_t kMostRetries = 20;

std::string event(const std::string& text) {
  if (std::find(kEvents.begin(), kEvents.end(), text) != kEvents.end()) return {};
  const auto guess = base::did_you_mean(text, kEvents);
  return "must be of ended, corrected, redriven, answered, evidence, progress" +
         (guess ? "; did you mean `" + std::string{*guess} + "`?" : std::string{});
}

std::string pause(const std::string& text) {
  const auto value = base::parse_duration(text);
  return value && *value >= 100ms && *value <= std::chrono::days{7}
             ? ""
             : "must be a duration from 100ms to 7d such as 30s or 5m";
}

}  // namespace

void read_webhooks(Reader& root, Config& c) {
  root.items(
      "webhooks", "producers' endpoints that are told what became of notifications",
      [&](Reader& r) {
        Webhook w;
        r.text("name", w.name, "name of the webhook", rules::instance_name, true);
        r.text("url", w.url, "where messages are posted", rules::webhook_url, true);
        r.texts("secret", w.secrets,
                "name, under `secrets`, of the signing key; while keys change, a list of "
                "both: every message is signed with each",
                rules::instance_name);
        r.section("match", "what it is told of; without it, everything",
                  [&](Reader& m) { read_chosen(m, w.kinds, w.producers); });
        r.texts(
            "events", w.events,
            "ended, corrected, redriven, answered, evidence, progress; by default the first four",
            event);
        std::vector<std::string> pauses;
        r.texts("retry_after", pauses,
                "pause before the second try and every later one; after the last the "
                "message is dead; by default 5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h",
                pause);
        if (pauses.size() > kMostRetries)
          r.error("retry_after", "`retry_after` must have at most 20 pauses");
        for (const auto& text : pauses) w.retry_after.push_back(*base::parse_duration(text));
        r.duration("timeout", w.timeout, "how long the endpoint may take to answer", {100ms, 2min});
        r.number("in_flight", w.in_flight, 1, 256, "messages under way at once");
        if (!r.describing()) c.webhooks.push_back(std::move(w));
      });
  root.section("outbound", "what webhooks may reach", [&](Reader& r) {
    r.texts("allow", c.outbound_allow,
            "addresses or networks that are not public and may be reached all the same",
            rules::network);
  });
}

}  // namespace herald::config
