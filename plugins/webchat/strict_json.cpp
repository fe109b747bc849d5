#include "strict_json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>
#include <set>

namespace webchat {
namespace {

namespace json = boost::json;

/// Builds a value like Boost's own handler, and stops where that one would let something pass.
class Handler {
 public:
  static constexpr std::size_t max_object_size = 1'000;
  static constexpr std::size_t max_array_size = 1'000;
  static constexpr std::size_t max_key_size = 1'024;
  static constexpr std::size_t max_string_size = 128 * 1024;

  std::string reason;
  json::value release() { return stack_.release(); }

  bool on_document_begin(json::error_code&) { return stack_.reset({}), true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return keys_.emplace_back(), true; }
  bool on_object_end(std::size_t n, json::error_code&) {
    keys_.pop_back();
    return stack_.push_object(n), true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t n, json::error_code&) { return stack_.push_array(n), true; }
  bool on_key_part(json::string_view s, std::size_t, json::error_code&) {
    key_.append(s.data(), s.size());
    return stack_.push_chars(s), true;
  }
  bool on_key(json::string_view s, std::size_t, json::error_code& ec) {
    key_.append(s.data(), s.size());
    if (!keys_.back().insert(std::exchange(key_, {})).second)
      return refuse("an object in which a key stands twice", ec);
    return text(s, ec) && (stack_.push_key(s), true);
  }
  bool on_string_part(json::string_view s, std::size_t, json::error_code& ec) {
    return text(s, ec) && (stack_.push_chars(s), true);
  }
  bool on_string(json::string_view s, std::size_t, json::error_code& ec) {
    return text(s, ec) && (stack_.push_string(s), true);
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(int64_t i, json::string_view, json::error_code&) {
    return stack_.push_int64(i), true;
  }
  bool on_uint64(uint64_t u, json::string_view, json::error_code&) {
    return stack_.push_uint64(u), true;
  }
  bool on_double(double d, json::string_view, json::error_code& ec) {
    if (!std::isfinite(d)) return refuse("an object with a number that is too large", ec);
    return stack_.push_double(d), true;
  }
  bool on_bool(bool b, json::error_code&) { return stack_.push_bool(b), true; }
  bool on_null(json::error_code&) { return stack_.push_null(), true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool refuse(const char* why, json::error_code& ec) {
    reason = why;
    ec = json::make_error_code(json::error::syntax);
    return false;
  }
  bool text(json::string_view s, json::error_code& ec) {
    return s.find('\0') == s.npos || refuse("an object with U+0000 in a text", ec);
  }

  json::value_stack stack_;
  std::vector<std::set<std::string>> keys_;
  std::string key_;
};

}  // namespace

Checked<boost::json::object> parse_object(std::string_view text) {
  json::basic_parser<Handler> parser{json::parse_options{}};
  json::error_code ec;
  const auto used = parser.write_some(false, text.data(), text.size(), ec);
  if (!parser.handler().reason.empty()) return {{}, parser.handler().reason};
  if (ec || used != text.size() || !parser.done())
    return {{}, "not valid JSON at byte " + std::to_string(used)};
  auto value = parser.handler().release();
  if (!value.is_object()) return {{}, "JSON, but no object"};
  return {std::move(value.get_object()), {}};
}

}  // namespace webchat
