// inbox: what a person sees and what that proves. Owns who may give evidence, and the subscriptions
// to changes. Any thread may call; answers come on a thread of the store. Never lets a service give
// evidence in a person's place, except read with scope inbox:read-for.
#pragma once

#include <map>
#include <unordered_map>

#include "base/guarded.hpp"
#include "model/ports/delivery.hpp"
#include "model/ports/inbox.hpp"
#include "store/store.hpp"

namespace herald::inbox {

class Inbox final : public model::ports::Inbox {
 public:
  /// `evidence` hears which notifications the person gave evidence for; both outlive this.
  /// `told`: whose inbox changed here, for other nodes; may be empty.
  Inbox(store::InboxStore& store, model::ports::DeliveryEvents& evidence,
        std::function<void(model::UserId)> told = {})
      : store_{store}, evidence_{evidence}, told_{std::move(told)} {}

  void list(model::ItemQuery query, Done<model::ItemPage> done) override;
  void seen(model::Principal who, model::UserId user, std::vector<std::string> ids,
            model::Evidence level, Done<bool> done) override;
  void clear(model::Principal who, model::UserId user, int64_t up_to_seq, Done<bool> done) override;
  uint64_t subscribe(model::UserId user, std::function<void(int64_t)> changed) override;
  void unsubscribe(uint64_t handle) override;

  /// Something about that user's inbox changed; `seq` of the newest item when it is known, else 0.
  void changed(model::UserId user, int64_t seq);
  /// As changed(), by another node.
  void changed_elsewhere(model::UserId user);
  /// Other nodes may have changed any of them: everybody who subscribed looks.
  void look_again();

 private:
  struct Subscriptions {
    uint64_t next = 1;
    std::unordered_map<model::UserId, std::map<uint64_t, std::function<void(int64_t)>>> by_user;
    std::unordered_map<uint64_t, model::UserId> user_of;
  };
  void tell(model::UserId user, int64_t seq);
  void empty(model::UserId user, int64_t up_to_seq, Done<bool> done);

  store::InboxStore& store_;
  model::ports::DeliveryEvents& evidence_;
  const std::function<void(model::UserId)> told_;
  base::Guarded<Subscriptions> subscriptions_;
};

}  // namespace herald::inbox
