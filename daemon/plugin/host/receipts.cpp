#include "base/text.hpp"
#include "plugin/host/side.hpp"
#include "plugin/outcome.hpp"
#include "plugin/text.hpp"

// herald.host.receipts/1.
namespace herald::plugin {

namespace {

constexpr uint64_t kMaxReceipts = 1'000;

herald_status receipts(const herald_host* host, herald_token token, const herald_receipt* raw,
                       uint64_t n, uint64_t stride) noexcept {
  return on_side(host, "receipts", [&](Side& side) -> herald_status {
    if (token == 0 || n == 0 || !strided(raw, n, stride, kMaxReceipts)) return HERALD_E_INVALID;
    std::vector<model::ports::ChannelReceipt> batch;
    batch.reserve(n);
    for (uint64_t i = 0; i < n; ++i) {
      auto receipt = read_receipt(element(raw, stride, i));
      if (!receipt) {
        side.misbehaved("bad_receipt", "receipts() with " + receipt.error().message);
        return HERALD_E_INVALID;
      }
      batch.push_back(std::move(*receipt));
    }
    if (!side.begin_request()) return HERALD_E_LIMIT;
    side.ports.delivery.receipts(
        side.name(), std::move(batch),
        [weak = side.weak_from_this(), token](const base::Result<bool>& r) {
          const auto self = weak.lock();
          if (!self) return;
          if (!r) return self->answer(HERALD_EV_DONE, token, r.error());
          self->answer(event(HERALD_EV_DONE, token));
        });
    return HERALD_OK;
  });
}

}  // namespace

const herald_host_receipts* receipts_table() {
  static const herald_host_receipts table{sizeof table, 0, &receipts};
  return &table;
}

}  // namespace herald::plugin
