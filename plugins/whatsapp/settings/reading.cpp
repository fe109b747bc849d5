#include "settings/reading.hpp"

#include <algorithm>

#include "settings/nearest.hpp"

namespace whatsapp::reading {

void refuse(const std::string& where, const std::string& why) {
  throw herald::Error{HERALD_E_INVALID, "whatsapp: `" + where + "` " + why};
}

bool only(string_view s, string_view allowed) { return s.find_first_not_of(allowed) == s.npos; }

void check_keys(const json::object& object, const std::string& where,
                std::span<const string_view> known) {
  for (const auto& [key, value] : object) {
    if (std::find(known.begin(), known.end(), string_view{key}) != known.end()) continue;
    const auto meant = nearest(key, known);
    refuse(where + std::string{key}.substr(0, 64),
           "is no setting" + (meant.empty() ? "" : "; did you mean `" + std::string{meant} + "`?") +
               (meant.empty() ? "; known are: " : " Known are: ") + listed(known));
  }
}

std::string text(const json::value& v, const std::string& where, std::size_t most) {
  std::string out;
  if (v.is_string())
    out = v.get_string();
  else if (v.is_int64() || v.is_uint64())
    out = json::serialize(v);
  else
    refuse(where, "must be a text");
  if (out.empty() || out.size() > most)
    refuse(where, "must have 1 to " + std::to_string(most) + " bytes");
  if (std::any_of(out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }))
    refuse(where, "must not contain control characters");
  return out;
}

std::string word(const json::value& v, const std::string& where, string_view allowed,
                 const std::string& what, std::size_t most) {
  auto out = text(v, where, most);
  if (!only(out, allowed)) refuse(where, "must be " + what);
  return out;
}

std::string sid(const json::value& v, const std::string& where, string_view prefix) {
  auto out = text(v, where, 64);
  const auto hex = string_view{out}.substr(std::min<std::size_t>(2, out.size()));
  if (!out.starts_with(prefix) || hex.size() != 32 || !only(hex, kHex))
    refuse(where, "must be " + std::string{prefix} +
                      " and 32 hex digits in lower case, as the "
                      "Twilio console shows it");
  return out;
}

bool truth(const json::value& v, const std::string& where) {
  if (!v.is_bool()) refuse(where, "must be true or false");
  return v.get_bool();
}

std::vector<std::string> texts(const json::value& v, const std::string& where, std::size_t most) {
  if (!v.is_array() || v.get_array().size() > most)
    refuse(where, "must be a list of at most " + std::to_string(most) + " texts");
  std::vector<std::string> out;
  for (const auto& row : v.get_array()) out.push_back(text(row, where, 128));
  return out;
}

std::chrono::milliseconds duration(const json::value& v, const std::string& where,
                                   std::chrono::milliseconds least, std::chrono::milliseconds most,
                                   const std::string& what) {
  const auto written = text(v, where, 16);
  const auto digits = std::min(written.find_first_not_of(kDigits), written.size());
  const auto unit = written.substr(digits);
  const int64_t scale = unit == "ms"  ? 1
                        : unit == "s" ? 1'000
                        : unit == "m" ? 60'000
                        : unit == "h" ? 3'600'000
                        : unit == "d" ? 86'400'000
                                      : 0;
  const std::chrono::milliseconds value{
      digits == 0 || digits > 6 ? 0 : std::stoll(written.substr(0, digits)) * scale};
  if (scale == 0 || digits == 0 || digits > 6 || value < least || value > most)
    refuse(where, "must be " + what);
  return value;
}

std::string url(const json::value& v, const std::string& where, const std::string& example) {
  auto out = text(v, where);
  while (out.ends_with('/')) out.pop_back();
  const bool secure = out.starts_with("https://"), plain = out.starts_with("http://");
  const auto rest = string_view{out}.substr(secure ? 8 : plain ? 7 : 0);
  const auto host = rest.substr(0, rest.find('/'));
  if ((!secure && !plain) || host.empty() || rest.find_first_of("?#@ \\") != rest.npos)
    refuse(where, "must be an address such as " + example + ", without query");
  const auto name =
      host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
  if (plain && name != "127.0.0.1" && name != "localhost" && name != "[::1]")
    refuse(where,
           "must begin with https://; http:// would show secrets and messages on the way "
           "and is for this machine (127.0.0.1) only");
  return out;
}

}  // namespace whatsapp::reading
