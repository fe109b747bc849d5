#include "plugin/host/side.hpp"

// herald.host.answers/1: known, not resolved by this daemon yet.
namespace herald::plugin {

namespace {

herald_status answer(const herald_host* host, herald_token, const herald_answer*) noexcept {
  return on_side(host, "answer", [](Side&) -> herald_status { return HERALD_E_UNSUPPORTED; });
}

}  // namespace

const herald_host_answers* answers_table() {
  static const herald_host_answers table{sizeof table, 0, &answer};
  return &table;
}

}  // namespace herald::plugin
