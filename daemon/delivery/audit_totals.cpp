#include "delivery/audit_totals.hpp"

#include "delivery/repeats.hpp"

namespace herald::delivery {
namespace {

using namespace model;

template <class E>
std::size_t index(E value) {
  return static_cast<std::size_t>(value);
}

template <std::size_t N>
void add_all(std::array<uint64_t, N>& to, const std::array<uint64_t, N>& from) {
  for (std::size_t i = 0; i < N; ++i) to[i] += from[i];
}

}  // namespace

void AuditTotals::count(const std::string& kind, const Progress& p, std::size_t entries) {
  ++notifications;
  events += entries;
  attempts += p.attempts.size();
  ++by_state[index(p.state)];
  const auto best = p.best_evidence();
  ++by_evidence[index(best)];
  auto& of_kind = kinds[kind];
  ++of_kind.accepted;
  ++of_kind.by_state[index(p.state)];
  if (best >= Evidence::delivered) ++of_kind.arrived;

  std::map<std::string_view, bool> arrived;  // of the channels that were tried
  for (std::size_t i = 0; i < p.attempts.size(); ++i) {
    const auto& a = p.attempts[i];
    auto& of_channel = channels[a.channel];
    ++of_channel.attempts;
    ++of_channel.by_evidence[index(a.evidence)];
    if (a.in_flight) ++of_channel.in_flight;
    if (a.failed) ++of_channel.failed;
    if (!a.in_flight && a.evidence == Evidence::none && a.outcome.kind == OutcomeKind::unknown)
      ++of_channel.unknown;
    arrived[a.channel] |= a.evidence >= Evidence::delivered && !a.reaches_nobody;
    const auto repeat = repeat_of(p, i);
    if (repeat == Repeat::same_channel) ++of_channel.again;
    if (repeat == Repeat::other_channel) ++on_second_channel;
  }
  for (const auto& [name, there] : arrived) {
    auto& of_channel = channels.find(name)->second;
    ++of_channel.notifications;
    if (there) ++of_channel.arrived;
  }
}

void AuditTotals::add(const AuditTotals& other) {
  notifications += other.notifications;
  events += other.events;
  attempts += other.attempts;
  on_second_channel += other.on_second_channel;
  add_all(by_state, other.by_state);
  add_all(by_evidence, other.by_evidence);
  for (const auto& [name, kind] : other.kinds) {
    auto& to = kinds[name];
    to.accepted += kind.accepted;
    to.arrived += kind.arrived;
    add_all(to.by_state, kind.by_state);
  }
  for (const auto& [name, channel] : other.channels) {
    auto& to = channels[name];
    to.attempts += channel.attempts;
    to.in_flight += channel.in_flight;
    to.failed += channel.failed;
    to.unknown += channel.unknown;
    to.notifications += channel.notifications;
    to.arrived += channel.arrived;
    to.again += channel.again;
    add_all(to.by_evidence, channel.by_evidence);
  }
}

}  // namespace herald::delivery
