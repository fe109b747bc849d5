#include "config/rules.hpp"
#include "config/sections.hpp"

namespace herald::config {
namespace {

using namespace std::chrono_literals;

std::string priority(const std::string& text) {
  return model::priority_from(text) ? "" : "must be of low, normal, high, urgent";
}

void read_match(Reader& r, Match& match) {
  read_chosen(r, match.kinds, match.producers);
  std::vector<std::string> priorities;
  r.texts("priority", priorities, "low, normal, high, urgent; none: any", priority);
  for (const auto& p : priorities) match.priorities.push_back(*model::priority_from(p));
}

void read_step(Reader& r, Step& step) {
  r.text("channel", step.channel, "the channel of this step", rules::instance_name, true);
  using enum model::Evidence;
  const std::vector<std::pair<std::string, model::Evidence>> levels{
      {"accepted", accepted}, {"delivered", delivered}, {"read", read}, {"answered", answered}};
  r.choice("until", step.until, levels,
           "the evidence that ends the chain here; by default delivered where the channel can "
           "report it, else accepted");
  r.duration("within", step.within, "how long to wait for it once accepted; by default 2m",
             {100ms, std::chrono::days{7}});
  r.duration("try_for", step.try_for, "how long to try before it is accepted; by default 15m",
             {100ms, std::chrono::days{7}});
  r.section("retry", "repeated tries on this channel", [&](Reader& retry) {
    retry.number("attempts", step.attempts, 1, 100, "tries, the first included; by default 4");
    retry.backoff("backoff", step.backoff,
                  "first and longest pause between tries; by default 1s..5m");
  });
}

}  // namespace

void read_chosen(Reader& r, std::vector<std::string>& kinds, std::vector<std::string>& producers) {
  r.texts("kind", kinds, "kinds, or beginnings such as provider.*; none: any", rules::kind_pattern);
  r.texts("producer", producers,
          "producers such as token:shop, or beginnings ended by *; none: any",
          rules::producer_pattern);
}

void read_routes(Reader& root, Config& c) {
  root.items("routes", "the first route that matches decides the chain", [&](Reader& r) {
    Route route;
    r.text("name", route.name, "name of the route", rules::instance_name, true);
    r.section("match", "what it is for; without it, everything",
              [&](Reader& m) { read_match(m, route.match); });
    r.items(
        "chain", "channels in the order in which they are tried",
        [&](Reader& s) {
          Step step;
          read_step(s, step);
          step.mark = s.mark();
          if (!s.describing()) route.chain.push_back(std::move(step));
        },
        [&](const Node& item, const Mark& mark) {
          Step step;
          step.channel = item.text;
          step.mark = mark;
          route.chain.push_back(std::move(step));
        });
    r.duration("expires_after", route.expires_after,
               "when to give up for good; a notification may ask for less",
               {1s, std::chrono::days{30}});
    r.duration("receipts_for", route.receipts_for,
               "how long to watch for receipts once `until: accepted` is met",
               {1s, std::chrono::days{30}});
    r.section("rounds", "starting again from the first step when nothing worked",
              [&](Reader& rounds) {
                rounds.number("count", route.rounds.count, 1, 100, "how often the chain runs");
                rounds.duration("every", route.rounds.every, "pause between rounds",
                                {100ms, std::chrono::days{1}});
              });
    route.mark = r.mark();
    if (!r.describing()) c.routes.push_back(std::move(route));
  });
}

}  // namespace herald::config
