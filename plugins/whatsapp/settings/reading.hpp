// reading.hpp - one value of the settings, read strictly. Each function throws herald::Error
// (HERALD_E_INVALID) that names `where` and what is right.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <herald/herald.hpp>
#include <span>

namespace whatsapp::reading {

namespace json = boost::json;
using std::string_view;

[[noreturn]] void refuse(const std::string& where, const std::string& why);

void check_keys(const json::object& object, const std::string& where,
                std::span<const string_view> known);

/// A text; a number stands for its digits, as YAML reads them without quotes.
std::string text(const json::value& v, const std::string& where, std::size_t most = 512);
/// A text made of `allowed` only.
std::string word(const json::value& v, const std::string& where, string_view allowed,
                 const std::string& what, std::size_t most = 512);
/// Two letters and 32 hex digits, as Twilio names things.
std::string sid(const json::value& v, const std::string& where, string_view prefix);
bool truth(const json::value& v, const std::string& where);
std::vector<std::string> texts(const json::value& v, const std::string& where, std::size_t most);

/// 250ms, 20s, 5m, 24h, 7d.
std::chrono::milliseconds duration(const json::value& v, const std::string& where,
                                   std::chrono::milliseconds least, std::chrono::milliseconds most,
                                   const std::string& what);
/// An address without query; http:// only for this machine. A slash at its end is dropped.
std::string url(const json::value& v, const std::string& where, const std::string& example);

bool only(string_view s, string_view allowed);
inline constexpr string_view kDigits = "0123456789", kHex = "0123456789abcdef";

}  // namespace whatsapp::reading
