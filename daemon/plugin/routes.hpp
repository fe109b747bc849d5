#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "model/ports/web.hpp"
#include "plugin/host/side.hpp"

namespace herald::plugin {

/// The routes all instances have mounted, and the way a route passes from an instance to the one
/// that replaces it: while both live the router still knows one route, and its handler asks here
/// whom it belongs to.
class Routes {
 public:
  explicit Routes(model::web::Mounts& mounts) : mounts_{mounts} {}

  /// A route that another instance of the same channel has is only reserved: it changes hands at
  /// take_over().
  base::Result<void> mount(const std::shared_ptr<Side>& side, herald_token token,
                           model::web::Route route);
  /// False when there is none.
  bool unmount(Side& side, herald_token token);
  /// `next` has been swapped in: it gets what it reserved; what `old` has beyond that is unmounted.
  void take_over(Side& old, const std::shared_ptr<Side>& next);
  /// Unmounts all that belongs to it.
  void drop(Side& side);

 private:
  struct Owner {
    std::mutex mutex;
    std::weak_ptr<Side> side;
    herald_token token = 0;
    base::Duration timeout{};
  };
  struct Record {
    std::string channel;
    model::web::Route route;  ///< without a handler
    uint64_t handle = 0;
    std::shared_ptr<Owner> owner;  // shared with the route's handler
    const Side* side = nullptr;
    herald_token token = 0;
    std::weak_ptr<Side> next;
    herald_token next_token = 0;
    model::web::Route next_route;
  };
  base::Result<uint64_t> mount_now(const model::web::Route& route,
                                   const std::shared_ptr<Owner>& owner);

  model::web::Mounts& mounts_;
  std::mutex mutex_;
  std::vector<Record> records_;
};

}  // namespace herald::plugin
