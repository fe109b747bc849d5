#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "plugin/host/side.hpp"
#include "plugin/text.hpp"

// herald.host.submit/1: a plugin as producer, only with the grant.
namespace herald::plugin {

namespace {

constexpr std::size_t kMaxRequest = 256 * 1024;

herald_status submit(const herald_host* host, herald_token token, herald_str raw) noexcept {
  return on_side(host, "submit", [&](Side& side) -> herald_status {
    const auto& grants = side.spec.grants;
    if (std::find(grants.begin(), grants.end(), "submit") == grants.end()) return HERALD_E_DENIED;
    const auto text = bytes_of(raw, kMaxRequest);
    if (token == 0 || !text) return HERALD_E_INVALID;
    if (!side.begin_request()) return HERALD_E_LIMIT;
    auto request = base::parse_json(*text);
    if (!request) {
      side.answer(HERALD_EV_STORE, token, request.error());
      return HERALD_OK;
    }
    side.ports.producer.submit(
        "channel:" + side.name(), *request,
        [weak = side.weak_from_this(), token](base::Result<boost::json::object> r) {
          const auto self = weak.lock();
          if (!self) return;
          if (!r) {
            auto error = r.error();
            if (!error.where.empty()) error.message = error.where + ": " + error.message;
            return self->answer(HERALD_EV_STORE, token, error);
          }
          auto e = event(HERALD_EV_STORE, token);
          if (const auto* id = r->if_contains("id"); id != nullptr && id->is_string())
            e.bytes = id->as_string();
          self->answer(std::move(e));
        });
    return HERALD_OK;
  });
}

}  // namespace

const herald_host_submit* submit_table() {
  static const herald_host_submit table{sizeof table, 0, &submit};
  return &table;
}

}  // namespace herald::plugin
