#include "evidence.hpp"

#include <algorithm>

namespace webchat {

std::shared_ptr<Returned> evidence_of(const herald::Host& host, const herald::Incoming& request,
                                      const herald::Exchange& to) {
  // Shared by the callback that makes the answer and the one that hears what became of it.
  auto returned = std::make_shared<Returned>();
  // The answer to HEAD has no body: nothing was returned.
  if (request.who.kind != HERALD_PRINCIPAL_USER || request.method != "GET") return returned;
  to.on_closed([host, to, returned](herald_status written) {
    if (written != HERALD_OK || returned->empty()) return;
    host.inbox_seen(to, *returned, HERALD_SEEN_DELIVERED, [host](const herald::Done& done) {
      if (!done.ok())
        host.warn("evidence was not recorded: the items count as delivered with the next request",
                  {{"cause", herald::describe(done.status)}});
    });
  });
  return returned;
}

void remember(Returned& returned, const std::vector<herald::Item>& items) {
  returned.reserve(items.size());
  for (const auto& item : items) returned.push_back(item.id);
}

bool all_returned(const std::vector<herald::Item>& items) {
  return std::all_of(items.begin(), items.end(), [](const herald::Item& i) { return i.returned; });
}

}  // namespace webchat
