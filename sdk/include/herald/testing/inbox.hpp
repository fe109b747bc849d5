// inbox.hpp - FakeHost's inbox: sequences, active items, evidence, subscriptions, in memory.
#pragma once

#include <herald/testing/core.hpp>
#include <herald/testing/http.hpp>

#pragma GCC visibility push(hidden)
namespace herald::testing {

class FakeInbox {
 public:
  explicit FakeInbox(Loop& loop) : loop_{loop} { loop.inbox = this; }

  struct Row {
    Item item;
    bool delivered = false;  // evidence was given
    uint64_t changed = 0;    // number of its newest change
  };
  struct Box {
    std::vector<Row> rows;  // by id
    uint64_t seq = 0;
    int64_t last_us = 0;
  };

  std::map<std::string, Box> boxes;  // by user
  std::size_t keep = 10;             // active items per user
  uint64_t epoch = 1;

  /// Puts an item there as another channel or node would.
  Item& add(const std::string& user, Item item) {
    const std::lock_guard lock{loop_.mutex};
    auto& box = boxes[user];
    item.id = ++last_id_;
    item.seq = ++box.seq;
    item.at_unix_us = box.last_us = std::max(box.last_us + 1, loop_.now_unix_ms() * 1000);
    item.active = true;
    item.read = false;
    item.open_question = !item.actions.empty();
    box.rows.push_back({std::move(item), false, 0});
    trim(box);
    changed(user);
    return box.rows.back().item;
  }

  static const herald_host_inbox* table() {
    static constexpr herald_host_inbox t{
        sizeof t,
        0,
        [](const herald_host* h, herald_token token, herald_op op, const herald_item* item) {
          if (const auto s = Loop::of(h).enter("append"); s != HERALD_OK) return s;
          return Loop::of(h).inbox->append(token, op, v1::detail::item(*item));
        },
        [](const herald_host* h, herald_token token, herald_exchange ex,
           const herald_inbox_query* q) {
          if (const auto s = Loop::of(h).enter("list"); s != HERALD_OK) return s;
          return Loop::of(h).inbox->list(token, ex, *q);
        },
        [](const herald_host* h, herald_token token, herald_exchange ex, const uint64_t* ids,
           uint64_t n, uint32_t level) {
          if (const auto s = Loop::of(h).enter("seen"); s != HERALD_OK) return s;
          return Loop::of(h).inbox->seen(token, ex, {ids, ids + n}, level);
        },
        [](const herald_host* h, herald_token token, herald_exchange ex, uint64_t up_to_seq) {
          if (const auto s = Loop::of(h).enter("clear"); s != HERALD_OK) return s;
          return Loop::of(h).inbox->clear(token, ex, up_to_seq);
        },
        [](const herald_host* h, herald_token token, herald_str user) {
          if (const auto s = Loop::of(h).enter("subscribe"); s != HERALD_OK) return s;
          const std::lock_guard lock{Loop::of(h).mutex};
          Loop::of(h).inbox->subscriptions_[token] = text(user);
          Loop::of(h).queue_done(token);
          return herald_status{HERALD_OK};
        },
        [](const herald_host* h, herald_token token) {
          if (const auto s = Loop::of(h).enter("unsubscribe"); s != HERALD_OK) return s;
          const std::lock_guard lock{Loop::of(h).mutex};
          return Loop::of(h).inbox->subscriptions_.erase(token) != 0
                     ? herald_status{HERALD_OK}
                     : herald_status{HERALD_E_STATE};
        }};
    return &t;
  }

 private:
  herald_status append(herald_token token, herald_op op, Item item) {
    const std::lock_guard lock{loop_.mutex};
    const auto* owed = loop_.core->find(op);
    if (owed == nullptr || owed->outcome || owed->refused) {
      loop_.violation("append() for an operation that is not open");
      return HERALD_E_STATE;
    }
    const auto user = owed->user;
    if (user.empty()) return HERALD_E_INVALID;
    item.herald_id = owed->herald_id;
    Item* found = nullptr;
    for (auto& row : boxes[user].rows)
      if (row.item.herald_id == item.herald_id && !item.herald_id.empty()) found = &row.item;
    if (found == nullptr) found = &add(user, std::move(item));
    loop_.core->complete(op, Outcome::accepted(std::to_string(found->id)));
    answer(token, boxes[user], {*found}, false, false);
    return HERALD_OK;
  }

  herald_status list(herald_token token, herald_exchange ex, const herald_inbox_query& q) {
    const std::lock_guard lock{loop_.mutex};
    const auto user = loop_.http->user_of(ex);
    if (user.empty()) return HERALD_E_INVALID;
    const auto& box = boxes[user];
    const bool history = (q.flags & HERALD_LIST_HISTORY) != 0;
    const bool whole = (q.flags & HERALD_LIST_CHANGES) != 0;
    const bool resumes = q.after_seq != 0 || (whole && q.epoch != 0);
    const bool gap = resumes && (q.after_seq > box.seq || (q.epoch != 0 && q.epoch != epoch));
    const bool changes = resumes && !gap;
    const auto after = gap ? 0 : q.after_seq;
    std::vector<Item> out;
    for (const auto& row : box.rows) {
      auto item = row.item;
      item.returned = row.delivered;
      item.changed = changes && item.seq <= after;
      if (item.changed) item.seq = row.changed;
      if (!item.active && !history && !(changes && whole) && q.herald_id.size == 0) continue;
      if (item.seq <= after || item.at_unix_us <= q.after_unix_us) continue;
      if (q.before_id != 0 && item.id >= q.before_id) continue;
      if (q.herald_id.size != 0 && item.herald_id != view(q.herald_id)) continue;
      out.push_back(item);
    }
    if (changes) std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.seq < b.seq; });
    const std::size_t limit = q.limit == 0 ? 100 : std::min(q.limit, 500u);
    const bool more = out.size() > limit;
    if (more && !gap && (changes || q.after_unix_us != 0))
      out.resize(limit);
    else if (more)
      out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(limit));
    answer(token, box, std::move(out), gap, more);
    return HERALD_OK;
  }

  herald_status seen(herald_token token, herald_exchange ex, const std::vector<uint64_t>& ids,
                     uint32_t level) {
    const std::lock_guard lock{loop_.mutex};
    const auto user = loop_.http->user_of(ex);
    if (user.empty()) return HERALD_E_INVALID;
    auto& box = boxes[user];
    std::vector<Row*> rows;
    for (const auto id : ids)
      for (auto& row : box.rows)
        if (row.item.id == id) rows.push_back(&row);
    if (rows.size() != ids.size()) {
      loop_.queue_done(token, HERALD_E_NOT_FOUND);
      return HERALD_OK;
    }
    for (auto* row : rows) {
      row->delivered = true;
      if (level == HERALD_SEEN_READ && !std::exchange(row->item.read, true)) {
        row->changed = ++box.seq;
        changed(user);
      }
    }
    loop_.queue_done(token);
    return HERALD_OK;
  }

  herald_status clear(herald_token token, herald_exchange ex, uint64_t up_to_seq) {
    const std::lock_guard lock{loop_.mutex};
    const auto user = loop_.http->user_of(ex);
    if (user.empty()) return HERALD_E_INVALID;
    auto& box = boxes[user];
    for (auto& row : box.rows) {
      if (!row.item.active || (up_to_seq != 0 && row.item.seq > up_to_seq)) continue;
      row.item.active = false;
      row.item.read = row.item.read || row.delivered;  // only what that person had been given
      row.changed = ++box.seq;
    }
    changed(user);
    loop_.queue_done(token);
    return HERALD_OK;
  }

  void trim(Box& box) {
    std::size_t active = 0;
    for (auto row = box.rows.rbegin(); row != box.rows.rend(); ++row)
      if (row->item.active && ++active > keep) row->item.active = false;
  }
  void changed(const std::string& user) {
    const auto seq = boxes[user].seq;
    for (const auto& [token, subscribed] : subscriptions_) {
      if (subscribed != user) continue;
      loop_.queue([token = token, seq](const Loop::Send& send) {
        auto ev = Loop::event(HERALD_EV_INBOX, token);
        ev.u.seq = seq;
        send(ev);
      });
    }
  }

  void answer(herald_token token, const Box& box, std::vector<Item> items, bool gap, bool more) {
    herald_items head{};
    head.struct_size = sizeof head;
    head.gap = gap;
    head.more = more;
    head.cursor = more && !items.empty() ? items.back().seq : box.seq;
    head.epoch = epoch;
    head.now_unix_us = loop_.now_unix_ms() * 1000;
    for (const auto& row : box.rows)
      if (!row.item.read) ++(row.item.active ? head.unread : head.older_unread);
    loop_.queue([=, items = std::move(items)](const Loop::Send& send) {
      std::vector<std::vector<herald_action>> actions;
      std::vector<herald_item> rows;
      for (const auto& i : items) {
        actions.push_back(v1::detail::actions(i.actions));
        const auto flag = [](bool on, uint32_t bit) { return on ? bit : 0u; };
        rows.push_back({sizeof(herald_item),
                        flag(i.read, HERALD_ITEM_READ) | flag(i.active, HERALD_ITEM_ACTIVE) |
                            flag(i.open_question, HERALD_ITEM_OPEN_QUESTION) |
                            flag(i.withdrawn, HERALD_ITEM_WITHDRAWN) |
                            flag(i.changed, HERALD_ITEM_CHANGED) |
                            flag(i.returned, HERALD_ITEM_RETURNED),
                        i.id, i.seq, i.at_unix_us, str(i.herald_id), str(i.type), str(i.title),
                        str(i.text), str(i.markdown), str(i.answered), actions.back().data(),
                        actions.back().size(), sizeof(herald_action)});
      }
      auto out = head;
      out.items = rows.data();
      out.items_size = rows.size();
      out.items_stride = sizeof(herald_item);
      auto ev = Loop::event(HERALD_EV_ITEMS, token);
      ev.u.items = &out;
      send(ev);
    });
  }

  Loop& loop_;
  uint64_t last_id_ = 0;
  std::map<herald_token, std::string> subscriptions_;
};

}  // namespace herald::testing
#pragma GCC visibility pop
