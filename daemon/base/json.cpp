#include "base/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "base/text.hpp"

namespace herald::base {
namespace {

namespace json = boost::json;

/// Builds a value like Boost's own handler, and stops at what Boost.JSON lets pass.
class Handler {
 public:
  static constexpr std::size_t max_object_size = 10'000;
  static constexpr std::size_t max_array_size = 100'000;
  static constexpr std::size_t max_key_size = 1'024;
  static constexpr std::size_t max_string_size = 16U << 20;

  json::value release() { return stack_.release(); }
  std::string reason;

  bool on_document_begin(json::error_code&) { return stack_.reset({}), true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return keys_.emplace_back(), true; }
  bool on_object_end(std::size_t n, json::error_code&) {
    keys_.pop_back();
    stack_.push_object(n);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t n, json::error_code&) { return stack_.push_array(n), true; }
  bool on_key_part(json::string_view s, std::size_t, json::error_code&) {
    key_.append(s);
    return stack_.push_chars(s), true;
  }
  bool on_key(json::string_view s, std::size_t, json::error_code& ec) {
    key_.append(s);
    if (has_nul(s, ec)) return false;
    if (!keys_.back().insert(key_).second)
      return refuse("duplicate key \"" + escape_control(key_) + "\"", ec);
    key_.clear();
    return stack_.push_key(s), true;
  }
  bool on_string_part(json::string_view s, std::size_t, json::error_code& ec) {
    if (has_nul(s, ec)) return false;
    return stack_.push_chars(s), true;
  }
  bool on_string(json::string_view s, std::size_t, json::error_code& ec) {
    if (has_nul(s, ec)) return false;
    return stack_.push_string(s), true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(int64_t i, json::string_view, json::error_code&) {
    return stack_.push_int64(i), true;
  }
  bool on_uint64(uint64_t u, json::string_view, json::error_code&) {
    return stack_.push_uint64(u), true;
  }
  bool on_double(double d, json::string_view, json::error_code& ec) {
    if (!std::isfinite(d)) return refuse("a number is too large", ec);
    return stack_.push_double(d), true;
  }
  bool on_bool(bool b, json::error_code&) { return stack_.push_bool(b), true; }
  bool on_null(json::error_code&) { return stack_.push_null(), true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool refuse(std::string why, json::error_code& ec) {
    reason = std::move(why);
    ec = json::make_error_code(json::error::syntax);
    return false;
  }
  bool has_nul(json::string_view s, json::error_code& ec) {
    if (s.find('\0') == json::string_view::npos) return false;
    refuse("a text contains U+0000", ec);
    return true;
  }

  json::value_stack stack_;
  // Ordered: whoever knows how keys are hashed can send ten thousand that fall together.
  std::vector<std::set<std::string>> keys_;
  std::string key_;
};

/// The causes that Boost.JSON calls just a syntax error, by their names.
std::string cause_of(std::string_view text, std::size_t at, json::error_code ec) {
  if (text.starts_with("\xEF\xBB\xBF")) return "a byte order mark stands before the value";
  if (!is_utf8(text)) return "the text is not valid UTF-8";
  if (ec == json::error::incomplete) return "the text ends too early";
  if (!ec) return "extra bytes after the value";
  const auto before = text.substr(0, at);
  const auto escape = before.rfind("\\u");
  if (escape != before.npos && at - escape <= 7 && before.size() > escape + 3 &&
      (before[escape + 2] | 0x20) == 'd' && before[escape + 3] >= '8')
    return "a text contains a lone surrogate";
  return ec.message();
}

}  // namespace

Result<json::value> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes)
    return fail(Code::too_large, "JSON of " + std::to_string(text.size()) +
                                     " bytes is over the limit of " + std::to_string(limits.bytes) +
                                     " bytes");
  json::parse_options options;
  options.max_depth = limits.depth;
  json::basic_parser<Handler> parser{options};
  json::error_code ec;
  const auto used = parser.write_some(false, text.data(), text.size(), ec);
  const auto& handler = parser.handler();
  if (!ec && used == text.size() && parser.done()) return parser.handler().release();
  const auto why = !handler.reason.empty() ? handler.reason : cause_of(text, used, ec);
  return fail(Code::invalid, "not valid JSON at byte " + std::to_string(used) + ": " + why);
}

}  // namespace herald::base
