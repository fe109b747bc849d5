#include "plugin/host/exchange.hpp"
#include "plugin/host/http.hpp"

// What plugins hold open for somebody whose credential was revoked.
namespace herald::plugin {

using Stage = Held::Exchange::Stage;

namespace {

/// The plugin did not end it: the host does.
void end_now(const std::weak_ptr<Side>& weak, herald_exchange id) {
  const auto self = weak.lock();
  if (!self) return;
  if (const auto port = step(*self, id, Stage::streaming, Stage::answered))
    return port->close_socket(kNoToken, "revoked");
  if (const auto port = step(*self, id, Stage::waiting, Stage::answered)) {
    port->respond(problem(401, "The token was revoked"));
    closed(weak, id, false);
  }
}

}  // namespace

void tell_revoked(Side& side, herald_exchange id) {
  const bool first = side.held.with([id](Held& h) {
    const auto it = h.exchanges.find(id);
    return it != h.exchanges.end() && !std::exchange(it->second.told_revoked, true);
  });
  if (!first) return;
  auto e = event(HERALD_EV_HTTP_REVOKED, 0);
  e.raw.exchange = id;
  side.send(std::move(e));
  side.runtime.alarms.after(kGoodbye, [weak = side.weak_from_this(), id] { end_now(weak, id); });
}

void end_revoked(Side& side) {
  if (!side.ports.is_revoked) return;
  std::vector<std::pair<herald_exchange, model::Principal>> open;
  side.held.with([&](Held& h) {
    for (const auto& [id, one] : h.exchanges)
      if (one.stage != Stage::closed) open.emplace_back(id, one.who);
  });
  for (const auto& [id, who] : open)
    if (side.ports.is_revoked(who)) tell_revoked(side, id);
}

}  // namespace herald::plugin
