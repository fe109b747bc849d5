#include "item_json.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdio>

namespace webchat {
namespace {

boost::json::array to_json(const std::vector<herald::Action>& actions) {
  boost::json::array out;
  for (const auto& a : actions)
    out.push_back(boost::json::object{{"id", a.id}, {"label", a.label}, {"text", a.text}});
  return out;
}

}  // namespace

boost::json::object to_json(const herald::Item& item) {
  boost::json::object out;
  out["id"] = item.id;
  out["message"] = escape_html(item.text);
  out["type"] = item.type;
  out["timestamp"] = timestamp(item.at_unix_us);
  out["read"] = item.read;
  out["text"] = item.text;
  out["herald_id"] = item.herald_id;
  out["title"] = item.title;
  out["actions"] = to_json(item.actions);
  out["seq"] = item.seq;
  if (!item.answered.empty()) out["answered"] = item.answered;
  if (!item.active) out["active"] = false;
  return out;
}

boost::json::array to_json(const std::vector<herald::Item>& items) {
  boost::json::array out;
  out.reserve(items.size());
  for (const auto& item : items) out.push_back(to_json(item));
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else
      out += c;
  }
  return out;
}

std::string timestamp(int64_t unix_us) {
  using namespace std::chrono;
  const sys_time<microseconds> at{microseconds{unix_us}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  std::array<char, 64> out{};
  const int n = std::snprintf(
      out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return {out.data(), static_cast<std::size_t>(n)};
}

}  // namespace webchat
