#include "plugin/host/side.hpp"
#include "plugin/text.hpp"

// herald.host.directory/1.
namespace herald::plugin {

namespace {

std::optional<model::Identity> identity_of(const herald_identity& raw) {
  auto kind = text_of(raw.kind, 64);
  auto value = text_of(raw.value, 256);
  if (!kind || !value || kind->empty() || value->empty()) return std::nullopt;
  return model::Identity{std::move(*kind), std::move(*value)};
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

herald_status resolve(const herald_host* host, herald_token token, herald_identity raw) noexcept {
  return on_side(host, "resolve", [&](Side& side) -> herald_status {
    auto identity = identity_of(raw);
    if (token == 0 || !identity) return HERALD_E_INVALID;
    if (!side.begin_request()) return HERALD_E_LIMIT;
    auto normal = side.ports.directory.normalise(std::move(*identity));
    if (!normal) {
      side.answer(HERALD_EV_STORE, token, normal.error());
      return HERALD_OK;
    }
    side.ports.directory.resolve(
        std::move(*normal), [weak = side.weak_from_this(), token](base::Result<model::UserId> r) {
          const auto self = weak.lock();
          if (!self) return;
          if (!r && r.error().code != base::Code::not_found)
            return self->answer(HERALD_EV_STORE, token, r.error());
          auto e = event(HERALD_EV_STORE, token);
          if (r && *r > 0) e.bytes = std::to_string(*r);
          self->answer(std::move(e));
        });
    return HERALD_OK;
  });
}

herald_status learn(const herald_host* host, herald_token token, herald_identity raw_known,
                    herald_identity raw_also) noexcept {
  return on_side(host, "learn", [&](Side& side) -> herald_status {
    auto known = identity_of(raw_known);
    auto also = identity_of(raw_also);
    if (token == 0 || !known || !also) return HERALD_E_INVALID;
    if (!side.begin_request()) return HERALD_E_LIMIT;
    auto a = side.ports.directory.normalise(std::move(*known));
    auto b = side.ports.directory.normalise(std::move(*also));
    if (!a || !b)
      side.answer(HERALD_EV_DONE, token, a ? b.error() : a.error());
    else
      side.ports.directory.learn(std::move(*a), std::move(*b), done(side, token));
    return HERALD_OK;
  });
}

const char* state_of(uint32_t state) {
  switch (state) {
    case HERALD_REACHABLE:
      return "reachable";
    case HERALD_UNREACHABLE:
      return "unreachable";
    case HERALD_OPTED_IN:
      return "opted_in";
    case HERALD_OPTED_OUT:
      return "opted_out";
    default:
      return nullptr;
  }
}

herald_status mark(const herald_host* host, herald_token token, herald_identity raw,
                   uint32_t raw_state, int64_t until_unix_ms) noexcept {
  return on_side(host, "mark", [&](Side& side) -> herald_status {
    auto identity = identity_of(raw);
    const auto* state = state_of(raw_state);
    if (token == 0 || !identity || state == nullptr || until_unix_ms < 0 ||
        until_unix_ms > 253'402'300'799'000)
      return HERALD_E_INVALID;
    if (!side.begin_request()) return HERALD_E_LIMIT;
    auto normal = side.ports.directory.normalise(std::move(*identity));
    if (!normal)
      side.answer(HERALD_EV_DONE, token, normal.error());
    else
      side.ports.directory.mark(std::move(*normal), state, base::from_unix_ms(until_unix_ms),
                                done(side, token));
    return HERALD_OK;
  });
}

}  // namespace

const herald_host_directory* directory_table() {
  static const herald_host_directory table{sizeof table, 0, &resolve, &learn, &mark};
  return &table;
}

}  // namespace herald::plugin
