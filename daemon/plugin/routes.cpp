#include "plugin/routes.hpp"

namespace herald::plugin {

namespace web = model::web;

namespace {

bool same(const web::Route& a, const web::Route& b) {
  return a.access == b.access && a.scope == b.scope && a.max_body == b.max_body &&
         a.timeout == b.timeout && a.websocket == b.websocket;
}

void refuse(const web::ExchangePtr& exchange) {
  exchange->respond({503,
                     {{"retry-after", "1"}},
                     R"({"title":"The channel is restarting; try again","status":503})",
                     "application/problem+json"});
}

}  // namespace

base::Result<uint64_t> Routes::mount_now(const web::Route& route,
                                         const std::shared_ptr<Owner>& owner) {
  auto copy = route;
  // The router's own limit lies behind ours, so that the plugin hears why the exchange ended.
  copy.timeout += std::chrono::seconds{2};
  copy.handler = [owner](web::ExchangePtr exchange) {
    std::shared_ptr<Side> side;
    herald_token token = 0;
    base::Duration timeout{};
    {
      const std::lock_guard lock{owner->mutex};
      side = owner->side.lock();
      token = owner->token;
      timeout = owner->timeout;
    }
    if (side && side->open())
      side->http_request(token, timeout, std::move(exchange));
    else
      refuse(exchange);
  };
  return mounts_.mount(std::move(copy));
}

base::Result<void> Routes::mount(const std::shared_ptr<Side>& side, herald_token token,
                                 web::Route route) {
  const std::lock_guard lock{mutex_};
  for (auto& record : records_) {
    if (record.channel != side->name() || record.route.path != route.path ||
        record.route.methods != route.methods)
      continue;
    if (record.side == side.get() || !record.next.expired())
      return base::fail(base::Code::conflict, "this route is mounted already; mount it once");
    record.next = side;
    record.next_token = token;
    record.next_route = std::move(route);
    return {};
  }
  Record record;
  record.channel = side->name();
  record.owner = std::make_shared<Owner>();
  record.owner->side = side;
  record.owner->token = token;
  record.owner->timeout = route.timeout;
  auto handle = mount_now(route, record.owner);
  if (!handle) return handle.error();
  record.route = std::move(route);
  record.handle = *handle;
  record.side = side.get();
  record.token = token;
  records_.push_back(std::move(record));
  return {};
}

bool Routes::unmount(Side& side, herald_token token) {
  const std::lock_guard lock{mutex_};
  for (auto it = records_.begin(); it != records_.end(); ++it) {
    if (it->next.lock().get() == &side && it->next_token == token) {
      it->next.reset();
      return true;
    }
    if (it->side != &side || it->token != token) continue;
    mounts_.unmount(it->handle);
    records_.erase(it);
    return true;
  }
  return false;
}

void Routes::take_over(Side& old, const std::shared_ptr<Side>& next) {
  const std::lock_guard lock{mutex_};
  for (auto it = records_.begin(); it != records_.end();) {
    auto& record = *it;
    if (record.next.lock() == next) {
      {
        const std::lock_guard inner{record.owner->mutex};
        record.owner->side = next;
        record.owner->token = record.next_token;
        record.owner->timeout = record.next_route.timeout;
      }
      if (!same(record.route, record.next_route)) {
        mounts_.unmount(record.handle);
        if (auto handle = mount_now(record.next_route, record.owner))
          record.handle = *handle;
        else
          next->ports.log.error("plugin.route_lost", handle.error().message,
                                {{"instance", next->name()}});
      }
      record.side = next.get();
      record.token = record.next_token;
      record.route = std::move(record.next_route);
      record.next.reset();
    } else if (record.side == &old) {
      mounts_.unmount(record.handle);
      it = records_.erase(it);
      continue;
    }
    ++it;
  }
}

void Routes::drop(Side& side) {
  const std::lock_guard lock{mutex_};
  std::erase_if(records_, [&](Record& record) {
    if (record.next.lock().get() == &side) record.next.reset();
    if (record.side != &side) return false;
    mounts_.unmount(record.handle);
    return true;
  });
}

}  // namespace herald::plugin
