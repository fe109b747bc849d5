// Fills a database with notifications of many histories, all written by the store itself and
// decided by decide(), so that an audit of it is an audit of what the daemon writes. Arguments:
// database, number of notifications.
#include <array>
#include <cstdio>
#include <string>

#include "base/ids.hpp"
#include "bench/window.hpp"
#include "delivery/decide.hpp"
#include "store/store.hpp"

namespace {

using namespace herald;
namespace event = model::event;
using model::OutcomeKind;

constexpr int kUsers = 20'000;
constexpr std::size_t kInFlight = 4096;

model::ChainPtr chain_of(const std::vector<const char*>& channels) {
  auto chain = std::make_shared<model::Chain>();
  chain->route = channels.front();
  chain->rounds.count = 1;
  for (const auto* channel : channels) {
    auto& step = chain->steps.emplace_back();
    step.channel = channel;
    step.reaches_nobody = step.channel == "log";
    step.idempotent = step.channel != "whatsapp";
    if (step.reaches_nobody) step.until = model::Evidence::accepted;
  }
  return chain;
}

model::Outcome outcome(OutcomeKind kind, std::string provider_id = {}) {
  model::Outcome out;
  out.kind = kind;
  out.provider_id = std::move(provider_id);
  if (kind == OutcomeKind::rejected) out.reason = model::Reason::bad_recipient;
  return out;
}

/// Requests are carried out in the order in which they were made, so none waits for the one before.
class Filler {
 public:
  explicit Filler(store::Store& store) : store_{store} {}

  void users() {
    for (int i = 1; i <= kUsers; ++i) {
      store::User user;
      user.id = i;
      window_.enter();
      store_.put_user(user, [this](const auto& r) { window_.leave(r.has_value()); });
    }
  }
  void notification(int i) {
    const auto id = accept(i);
    const auto user = 1 + i % kUsers;
    const auto kind = i % 10;
    if (kind < 7) {
      apply(id, {event::Due{}, event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted), true}},
            user);
      if (kind < 6) apply(id, {receipt(0, model::ReceiptKind::read)});
    } else if (kind == 7) {
      apply(id, {event::Due{}});
      const auto provider_id = "wamid." + id;
      apply(id, {event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted, provider_id)}});
      apply(id, {receipt(0, model::ReceiptKind::sent), receipt(0, model::ReceiptKind::delivered)});
    } else if (kind == 8) {
      apply(id, {event::Due{}});
      apply(id, {event::Completed{{1, 0, 1}, outcome(OutcomeKind::rejected)}});
      apply(id, {event::Due{}, event::Completed{{1, 1, 1}, outcome(OutcomeKind::accepted)}});
    }
  }
  int failed() { return window_.drain(); }

 private:
  std::string accept(int i) {
    const auto now = base::Clock::system().now();
    model::NewNotification n;
    n.id = base::make_id(base::Random::system(), now);
    n.producer = "token:shop";
    n.kind = i % 3 == 0 ? "service_request.confirmed" : "service_request.status";
    n.type = "confirmation";
    n.to = {"user", std::to_string(1 + i % kUsers)};
    n.params_json =
        R"({"service":"Plomberie","location":"Bonamoussadi","description":"Fuite d'eau","urgency":"Normal"})";
    n.created = n.not_before = now;
    n.expires = now + std::chrono::hours{24};
    n.idempotency_key = "order-" + std::to_string(i);
    n.body_digest = std::string(64, 'd');
    n.chain = i % 10 == 7 || i % 10 == 8 ? whatsapp_ : webchat_;
    auto id = n.id;
    window_.enter();
    store_.accept(std::move(n), [this](const auto& r) { window_.leave(r.has_value()); });
    return id;
  }
  static event::Receipt receipt(unsigned step, model::ReceiptKind kind) {
    return {{1, step, 1}, kind, {}, base::Clock::system().now(), {}};
  }
  /// With an item for `user` when there is one.
  void apply(const std::string& id, std::vector<model::Event> events, model::UserId user = 0) {
    store::Apply request;
    request.id = id;
    request.events = std::move(events);
    if (user != 0)
      request.append = model::NewItem{user,
                                      id,
                                      "confirmation",
                                      "Demande",
                                      "Votre demande a bien été reçue. Merci !",
                                      "Votre **demande** a bien été reçue. Merci !",
                                      {}};
    window_.enter();
    store_.apply(std::move(request), [this](const auto& r) { window_.leave(r.has_value()); });
  }

  store::Store& store_;
  bench::Window window_{kInFlight};
  const model::ChainPtr webchat_ = chain_of({"webchat", "whatsapp", "log"});
  const model::ChainPtr whatsapp_ = chain_of({"whatsapp", "log"});
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: herald_audit_fill DATABASE NUMBER\n"), 2;
  store::Options options;
  options.url = std::string{"sqlite:"} + argv[1];
  options.backlog = UINT64_MAX;
  auto opened = store::open(options, delivery::decide, base::Clock::system());
  if (!opened) return std::fprintf(stderr, "%s\n", opened.error().message.c_str()), 1;
  Filler filler{**opened};
  filler.users();
  for (int i = 0, count = std::stoi(argv[2]); i < count; ++i) filler.notification(i);
  const int failed = filler.failed();
  (*opened)->close();
  if (failed > 0) return std::fprintf(stderr, "%d requests failed\n", failed), 1;
}
