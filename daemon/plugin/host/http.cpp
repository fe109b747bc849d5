#include "plugin/host/http.hpp"

#include <algorithm>

#include "plugin/text.hpp"

// herald.host.http/1: the table. Outbound requests: fetch.cpp; routes and their answers: mount.cpp,
// exchange.cpp.
namespace herald::plugin {

namespace {

bool is_token(std::string_view name) {
  static constexpr std::string_view kOther = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOther.find(c) != std::string_view::npos;
  });
}

// RFC 9110 section 5.5: no CR, LF, NUL or other control bytes but the tab; what comes in is sent as
// it is.
bool is_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  });
}

}  // namespace

std::optional<model::web::Headers> read_headers(herald_kvs raw) {
  constexpr uint64_t kMaxHeaders = 100, kMaxValue = 8 * 1024;
  if (raw.size > kMaxHeaders || (raw.size != 0 && raw.data == nullptr)) return std::nullopt;
  model::web::Headers headers;
  for (uint64_t i = 0; i < raw.size; ++i) {
    const auto name = bytes_of(raw.data[i].key, 256);
    const auto value = bytes_of(raw.data[i].value, kMaxValue);
    if (!name || !value || !is_token(*name) || !is_value(*value)) return std::nullopt;
    headers.emplace_back(*name, *value);
  }
  return headers;
}

const herald_host_http* http_table() {
  static const herald_host_http table{
      sizeof table, 0,      &fetch,      &fetch_cancel, &mount,     &unmount, &respond,
      &begin,       &write, &write_many, &end,          &ws_accept, &ws_send, &ws_close};
  return &table;
}

}  // namespace herald::plugin
