#include "plugin/host/side.hpp"
#include "plugin/text.hpp"

// herald.host.kv/1.
namespace herald::plugin {

namespace {

constexpr std::size_t kMaxKey = 256, kMaxValue = 64 * 1024;

std::optional<std::string> key_of(herald_str raw) {
  auto key = text_of(raw, kMaxKey);
  if (key && key->empty()) return std::nullopt;
  return key;
}

herald_status kv_get(const herald_host* host, herald_token token, herald_str raw_key) noexcept {
  return on_side(host, "kv_get", [&](Side& side) -> herald_status {
    auto key = key_of(raw_key);
    if (token == 0 || !key) return HERALD_E_INVALID;
    if (!side.begin_request()) return HERALD_E_LIMIT;
    side.ports.kv.get(side.name(), std::move(*key),
                      [weak = side.weak_from_this(), token](base::Result<KvValue> r) {
                        const auto self = weak.lock();
                        if (!self) return;
                        if (!r) return self->answer(HERALD_EV_STORE, token, r.error());
                        auto e = event(HERALD_EV_STORE, token);
                        e.bytes = std::move(r->value);
                        e.raw.version = r->version;
                        self->answer(std::move(e));
                      });
    return HERALD_OK;
  });
}

herald_status kv_put(const herald_host* host, herald_token token, herald_str raw_key,
                     herald_str raw_value, int64_t expires_unix_ms, uint64_t if_version) noexcept {
  return on_side(host, "kv_put", [&](Side& side) -> herald_status {
    auto key = key_of(raw_key);
    const auto value = bytes_of(raw_value, kMaxValue);
    if (token == 0 || !key || !value || expires_unix_ms < 0 ||
        expires_unix_ms > 253'402'300'799'000)
      return HERALD_E_INVALID;
    if (!side.begin_request()) return HERALD_E_LIMIT;
    side.ports.kv.put(side.name(), std::move(*key), std::string{*value},
                      base::from_unix_ms(expires_unix_ms), if_version,
                      [weak = side.weak_from_this(), token](base::Result<uint64_t> r) {
                        const auto self = weak.lock();
                        if (!self) return;
                        if (!r) return self->answer(HERALD_EV_DONE, token, r.error());
                        auto e = event(HERALD_EV_DONE, token);
                        e.raw.version = *r;
                        self->answer(std::move(e));
                      });
    return HERALD_OK;
  });
}

herald_status kv_remove(const herald_host* host, herald_token token, herald_str raw_key) noexcept {
  return on_side(host, "kv_remove", [&](Side& side) -> herald_status {
    auto key = key_of(raw_key);
    if (token == 0 || !key) return HERALD_E_INVALID;
    if (!side.begin_request()) return HERALD_E_LIMIT;
    side.ports.kv.remove(side.name(), std::move(*key),
                         [weak = side.weak_from_this(), token](const base::Result<bool>& r) {
                           const auto self = weak.lock();
                           if (!self) return;
                           if (!r && r.error().code != base::Code::not_found)
                             return self->answer(HERALD_EV_DONE, token, r.error());
                           self->answer(event(HERALD_EV_DONE, token));
                         });
    return HERALD_OK;
  });
}

}  // namespace

const herald_host_kv* kv_table() {
  static const herald_host_kv table{sizeof table, 0, &kv_get, &kv_put, &kv_remove};
  return &table;
}

}  // namespace herald::plugin
