#include "scenario.hpp"

#include <algorithm>

namespace herald::simulator {
namespace {

using namespace std::chrono_literals;
using model::Evidence;

uint32_t up_to(Evidence best) {
  uint32_t bits = 0;
  for (auto e : {Evidence::accepted, Evidence::delivered, Evidence::read, Evidence::answered})
    if (e <= best) bits |= evidence_bit(e);
  return bits;
}

void add(Scenario& s, Sort sort, std::string name, std::vector<std::string> addresses,
         Evidence best, bool idempotent) {
  auto& c = s.channels[name];
  c.sort = sort;
  c.info.name = name;
  c.info.plugin = name;
  c.info.version = "1";
  c.info.addresses = std::move(addresses);
  c.info.formats = {"text/plain"};
  c.info.evidence = up_to(best);
  c.info.idempotent = idempotent;
  c.info.inbox_only = sort == Sort::inbox;
  c.info.running = true;
}

model::Step make_step(Dice& dice, const SimChannel& channel) {
  model::Step s;
  s.channel = channel.info.name;
  s.idempotent = channel.info.idempotent;
  s.reaches_nobody = channel.info.reaches_nobody;
  s.reconciles = channel.info.reconciles;
  s.until = dice.any({Evidence::accepted, Evidence::delivered, Evidence::delivered, Evidence::read,
                      Evidence::read, Evidence::answered});
  while ((channel.info.evidence & evidence_bit(s.until)) == 0)
    s.until = static_cast<Evidence>(static_cast<unsigned>(s.until) - 1);
  s.within = s.until == Evidence::accepted ? Duration{0} : dice.between(6s, 90s);
  s.try_for = dice.between(15s, 4min);
  s.attempts = dice.from_to(1, 4);
  s.backoff = {dice.between(500ms, 5s), dice.between(5s, 40s)};
  s.timeout = dice.between(4s, 15s);
  return s;
}

model::ChainPtr make_chain(Dice& dice, const std::string& route,
                           const std::map<std::string, SimChannel>& channels,
                           const std::string& gone) {
  model::Chain chain;
  chain.route = route;
  std::vector<const SimChannel*> choice;
  for (const auto& [name, channel] : channels)
    if (name != gone) choice.push_back(&channel);
  const auto length = dice.from_to(1, 4);
  for (unsigned i = 0; i < length; ++i)
    chain.steps.push_back(make_step(dice, *choice[dice.below(choice.size())]));
  chain.rounds = {dice.from_to(1, 3), dice.between(10s, 80s)};
  chain.receipts_for = dice.between(30s, 6min);
  chain.expires_after = dice.percent(25) ? dice.between(20s, 2min) : dice.between(2min, 20min);
  return std::make_shared<const model::Chain>(std::move(chain));
}

}  // namespace

std::map<std::string, model::ChainPtr> make_routes(Dice& dice,
                                                   const std::map<std::string, SimChannel>& from,
                                                   const std::string& gone) {
  std::map<std::string, model::ChainPtr> out;
  for (const auto* kind : {"kind.a", "kind.b", "kind.c", "kind.d", "kind.e", "kind.f"})
    out[kind] = make_chain(dice, kind, from, gone);
  return out;
}

Scenario make_scenario(Dice& dice) {
  Scenario s;
  add(s, Sort::inbox, "chat", {"user"}, Evidence::read, true);
  add(s, Sort::provider, "phone", {"phone"},
      dice.any({Evidence::delivered, Evidence::read, Evidence::answered}), false);
  add(s, Sort::provider, "mail", {"email", "phone"},
      dice.any({Evidence::accepted, Evidence::delivered, Evidence::read}), true);
  add(s, Sort::journal, "log", {"user"}, Evidence::accepted, true);
  s.channels["log"].info.reaches_nobody = true;
  for (const auto* name : {"phone", "mail"}) {
    s.channels[name].info.reconciles = dice.percent(60);
    s.channels[name].info.max_in_flight = dice.percent(40) ? dice.from_to(1, 4) : 0;
  }
  s.routes = make_routes(dice, s.channels, {});
  s.users = dice.from_to(3, 6);
  s.notifications = dice.from_to(20, 32);
  s.window = dice.between(30s, 4min);
  s.trouble = dice.any({25U, 50U, 50U, 75U, 90U});
  s.attention = dice.any({10U, 40U, 80U});
  s.slow = dice.percent(25) ? dice.from_to(5, 40) : 1;
  s.inbox_keep = dice.from_to(1, 5);
  s.backstop = dice.between(5s, 15s);
  s.held = dice.any<std::size_t>({6, 16, 64, 64});
  s.in_flight = dice.any<std::size_t>({2, 6, 16, 16});
  s.crashes = dice.from_to(1, 6);
  s.clock_jumps = dice.percent(40) ? dice.from_to(1, 3) : 0;
  s.store_failures = dice.from_to(1, 6);
  s.reloads = dice.percent(50) ? dice.from_to(1, 2) : 0;
  s.cancels = dice.from_to(1, 5);
  make_theme(dice, s);
  return s;
}

}  // namespace herald::simulator
