#include <algorithm>

#include "plugin/host/items.hpp"
#include "plugin/host/side.hpp"
#include "plugin/text.hpp"

// herald.host.inbox/1: append, list, seen, clear, subscribe. The inbox belongs to the daemon.
namespace herald::plugin {

namespace {

constexpr std::size_t kMaxText = 64 * 1024, kMaxActions = 16, kMaxSubscriptions = 65'536;
constexpr uint64_t kMaxIds = 500, kDefaultLimit = 100, kMaxLimit = 500;

base::Result<model::NewItem> read_item(const herald_item* raw) {
  const auto bad = [](const char* what) { return base::fail(base::Code::invalid, what); };
  if (raw == nullptr || !HERALD_HAS(raw, actions_stride))
    return bad("an item that is missing or too small");
  auto type = text_of(raw->type, 64);
  auto title = text_of(raw->title, 1024);
  auto text = text_of(raw->text, kMaxText);
  auto markdown = text_of(raw->markdown, kMaxText);
  if (!type || !title || !text || !markdown)
    return bad("an item with a text that is too long or not UTF-8");
  if (!strided(raw->actions, raw->actions_size, raw->actions_stride, kMaxActions))
    return bad("an item with over 16 actions");
  model::NewItem item{
      0, {}, std::move(*type), std::move(*title), std::move(*text), std::move(*markdown), {}};
  for (uint64_t i = 0; i < raw->actions_size; ++i) {
    const auto& action = element(raw->actions, raw->actions_stride, i);
    auto id = text_of(action.id, 64), label = text_of(action.label, 256),
         typed = text_of(action.text, 256);
    if (!id || id->empty() || !label || !typed)
      return bad("an action without id or with a text over 256 bytes");
    item.actions.push_back({std::move(*id), std::move(*label), std::move(*typed)});
  }
  return item;
}

herald_status append(const herald_host* host, herald_token token, herald_op op,
                     const herald_item* raw) noexcept {
  return on_side(host, "append", [&](Side& side) -> herald_status {
    auto item = read_item(raw);
    if (token == 0 || !item) {
      if (!item) side.misbehaved("bad_item", "append() with " + item.error().message);
      return HERALD_E_INVALID;
    }
    const auto delivery = side.ops.begin_append(op);
    if (!delivery) return HERALD_E_STATE;
    if (delivery->user <= 0 || !side.begin_request()) {
      side.ops.end_append(op);
      return delivery->user <= 0 ? HERALD_E_INVALID : HERALD_E_LIMIT;
    }
    item->user = delivery->user;
    item->notification = delivery->notification;
    side.ports.delivery.append(
        side.name(), delivery->attempt_id, std::move(*item),
        [weak = side.weak_from_this(), token, op](base::Result<model::Item> r) {
          const auto self = weak.lock();
          if (!self) return;
          if (!r) {
            self->ops.end_append(op);  // the plugin still owes an answer
            return self->answer(HERALD_EV_ITEMS, token, r.error());
          }
          // The store has recorded the same outcome together with the item.
          self->finish(op, {{model::OutcomeKind::accepted, model::Reason::none, {}, {}, {}}, {}});
          model::ItemPage page;
          page.last_seq = r->seq;
          page.items.push_back(std::move(*r));
          self->answer(items_event(token, std::move(page), false, self->runtime.clock.now()));
        });
    return HERALD_OK;
  });
}

/// The exchange's principal and whose inbox it is about.
herald_status who(Side& side, herald_exchange exchange, model::Principal& principal,
                  model::UserId& user) {
  auto actor = side.actor(exchange);
  if (!actor) return HERALD_E_STATE;
  if (actor->second <= 0) return HERALD_E_INVALID;
  principal = std::move(actor->first);
  user = actor->second;
  return HERALD_OK;
}

/// The port was asked for one more than wanted, to learn whether there are more.
bool cut(model::ItemPage& page, std::size_t limit, const model::ItemQuery& query) {
  if (page.items.size() <= limit) return false;
  if (query.newest || page.gap) {
    page.items.erase(page.items.begin(), page.items.end() - static_cast<std::ptrdiff_t>(limit));
    return true;
  }
  page.items.resize(limit);
  const auto& last = page.items.back();
  page.last_seq = query.changes ? model::event_number(last, query.after_seq) : last.seq;
  return true;
}

herald_status list(const herald_host* host, herald_token token, herald_exchange exchange,
                   const herald_inbox_query* raw) noexcept {
  return on_side(host, "list", [&](Side& side) -> herald_status {
    if (token == 0 || raw == nullptr || !HERALD_HAS(raw, limit)) return HERALD_E_INVALID;
    auto notification = text_of(raw->herald_id, 64);
    if (!notification || raw->after_seq > INT64_MAX || raw->after_unix_us < 0 ||
        raw->limit > kMaxLimit)
      return HERALD_E_INVALID;
    model::Principal principal;
    model::ItemQuery query;
    if (const auto status = who(side, exchange, principal, query.user); status != HERALD_OK)
      return status;
    if (!side.begin_request()) return HERALD_E_LIMIT;
    query.after_seq = static_cast<int64_t>(raw->after_seq);
    query.epoch = raw->epoch;
    // From an empty inbox on a cursor has number 0, but an epoch.
    const bool changes = (raw->flags & HERALD_LIST_CHANGES) != 0;
    query.changes = raw->after_seq != 0 || (changes && raw->epoch != 0);
    if (raw->after_unix_us != 0) query.after = base::from_unix_us(raw->after_unix_us);
    query.history = (raw->flags & HERALD_LIST_HISTORY) != 0;
    query.newest = query.after_seq == 0 && !query.after && !query.changes;
    query.before_id = static_cast<int64_t>(std::min<uint64_t>(raw->before_id, INT64_MAX));
    query.notification = std::move(*notification);
    const auto limit = static_cast<std::size_t>(raw->limit == 0 ? kDefaultLimit : raw->limit);
    query.limit = static_cast<unsigned>(limit + 1);
    const bool only_active = query.changes && !changes && !query.history;
    side.ports.inbox.list(query, [weak = side.weak_from_this(), token, query, limit,
                                  only_active](base::Result<model::ItemPage> r) {
      const auto self = weak.lock();
      if (!self) return;
      if (!r) return self->answer(HERALD_EV_ITEMS, token, r.error());
      const bool more = cut(*r, limit, query);
      if (only_active) std::erase_if(r->items, [](const model::Item& i) { return !i.active; });
      std::optional<int64_t> after;
      if (query.changes && !r->gap) after = query.after_seq;
      self->answer(items_event(token, std::move(*r), more, self->runtime.clock.now(), after));
    });
    return HERALD_OK;
  });
}

/// For requests that are answered by EV_DONE.
auto done(Side& side, herald_token token) {
  return [weak = side.weak_from_this(), token](const base::Result<bool>& r) {
    const auto self = weak.lock();
    if (!self) return;
    if (!r) return self->answer(HERALD_EV_DONE, token, r.error());
    self->answer(event(HERALD_EV_DONE, token));
  };
}

herald_status seen(const herald_host* host, herald_token token, herald_exchange exchange,
                   const uint64_t* ids, uint64_t n, uint32_t level) noexcept {
  return on_side(host, "seen", [&](Side& side) -> herald_status {
    if (token == 0 || n == 0 || n > kMaxIds || ids == nullptr ||
        (level != HERALD_SEEN_DELIVERED && level != HERALD_SEEN_READ))
      return HERALD_E_INVALID;
    model::Principal principal;
    model::UserId user = 0;
    if (const auto status = who(side, exchange, principal, user); status != HERALD_OK)
      return status;
    if (!side.begin_request()) return HERALD_E_LIMIT;
    std::vector<std::string> texts;
    texts.reserve(n);
    for (uint64_t i = 0; i < n; ++i) texts.push_back(std::to_string(ids[i]));
    side.ports.inbox.seen(
        std::move(principal), user, std::move(texts),
        level == HERALD_SEEN_READ ? model::Evidence::read : model::Evidence::delivered,
        done(side, token));
    return HERALD_OK;
  });
}

herald_status clear(const herald_host* host, herald_token token, herald_exchange exchange,
                    uint64_t up_to_seq) noexcept {
  return on_side(host, "clear", [&](Side& side) -> herald_status {
    if (token == 0 || up_to_seq > INT64_MAX) return HERALD_E_INVALID;
    model::Principal principal;
    model::UserId user = 0;
    if (const auto status = who(side, exchange, principal, user); status != HERALD_OK)
      return status;
    if (!side.begin_request()) return HERALD_E_LIMIT;
    side.ports.inbox.clear(std::move(principal), user, static_cast<int64_t>(up_to_seq),
                           done(side, token));
    return HERALD_OK;
  });
}

void changed(const std::weak_ptr<Side>& weak, herald_token token, uint64_t generation,
             int64_t seq) {
  const auto self = weak.lock();
  if (!self) return;
  const bool send = self->held.with([&](Held& h) {
    const auto it = h.subscriptions.find(token);
    if (it == h.subscriptions.end() || it->second.generation != generation) return false;
    it->second.seq = std::max(it->second.seq, seq);
    return !std::exchange(it->second.queued,
                          true);  // one waiting event tells of all changes until then
  });
  if (!send) return;
  auto latest = std::make_shared<uint64_t>(
      0);  // shared between `wanted`, which learns it, and the event, which shows it
  auto e = event(HERALD_EV_INBOX, token);
  e.payload = latest;
  e.wanted = [weak, token, generation, latest] {
    const auto side = weak.lock();
    return side && side->held.with([&](Held& h) {
      const auto it = h.subscriptions.find(token);
      if (it == h.subscriptions.end() || it->second.generation != generation) return false;
      it->second.queued = false;
      *latest = static_cast<uint64_t>(it->second.seq);
      return true;
    });
  };
  e.fill = [latest](herald_event& raw) { raw.u.seq = *latest; };
  self->send(std::move(e));
}

herald_status subscribe(const herald_host* host, herald_token token, herald_str raw_user) noexcept {
  return on_side(host, "subscribe", [&](Side& side) -> herald_status {
    const auto user = user_of(text_of(raw_user, 20).value_or(""));
    if (token == 0 || user == 0) return HERALD_E_INVALID;
    uint64_t generation = 0;
    bool taken = false;
    side.held.with([&](Held& h) {
      taken = h.subscriptions.contains(token);
      if (taken || h.closed || h.subscriptions.size() >= kMaxSubscriptions) return;
      generation = ++h.subscription_generation;
      h.subscriptions[token].generation = generation;
    });
    if (taken) return HERALD_E_INVALID;
    if (generation == 0 || !side.begin_request()) {
      side.held.with([&](Held& h) { h.subscriptions.erase(token); });
      return HERALD_E_LIMIT;
    }
    const auto handle = side.ports.inbox.subscribe(
        user, [weak = side.weak_from_this(), token, generation](int64_t seq) {
          changed(weak, token, generation, seq);
        });
    const bool kept = side.held.with([&](Held& h) {
      const auto it = h.subscriptions.find(token);
      if (it == h.subscriptions.end() || it->second.generation != generation) return false;
      it->second.handle = handle;
      return true;
    });
    if (!kept) side.ports.inbox.unsubscribe(handle);
    side.answer(event(HERALD_EV_DONE, token));
    return HERALD_OK;
  });
}

herald_status unsubscribe(const herald_host* host, herald_token token) noexcept {
  return on_side(host, "unsubscribe", [&](Side& side) -> herald_status {
    const auto handle = side.held.with([&](Held& h) -> std::optional<uint64_t> {
      const auto it = h.subscriptions.find(token);
      if (it == h.subscriptions.end()) return std::nullopt;
      const auto found = it->second.handle;
      h.subscriptions.erase(it);
      return found;
    });
    if (!handle) return HERALD_E_STATE;
    if (*handle != 0) side.ports.inbox.unsubscribe(*handle);
    return HERALD_OK;
  });
}

}  // namespace

const herald_host_inbox* inbox_table() {
  static const herald_host_inbox table{sizeof table, 0,      &append,    &list,
                                       &seen,        &clear, &subscribe, &unsubscribe};
  return &table;
}

}  // namespace herald::plugin
