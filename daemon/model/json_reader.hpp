#pragma once

#include <boost/json/value.hpp>
#include <limits>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace herald::model {

/// Reads one JSON object of our own writing field by field. Private to the model, because it needs
/// Boost.JSON's header. A missing field leaves its target alone; a field of a wrong type or range,
/// or one that nobody asked for, is remembered as the error that finish() gives.
class JsonReader {
 public:
  JsonReader(const boost::json::value& value, std::string_view what) : what_{what} {
    object_ = value.if_object();
    if (object_ == nullptr) bad("is not an object");
  }

  const boost::json::value* take(std::string_view key) {
    if (object_ == nullptr) return nullptr;
    const auto* value = object_->if_contains(key);
    if (value != nullptr) ++taken_;
    return value;
  }
  bool has(std::string_view key) const { return object_ != nullptr && object_->contains(key); }
  void need(std::string_view key) {
    if (!has(key)) bad("lacks \"" + std::string{key} + "\"");
  }

  void text(std::string_view key, std::string& out) {
    const auto* value = take(key);
    if (value == nullptr) return;
    if (const auto* s = value->if_string())
      out.assign(s->data(), s->size());
    else
      wrong(key);
  }
  void flag(std::string_view key, bool& out) {
    const auto* value = take(key);
    if (value == nullptr) return;
    if (const auto* b = value->if_bool())
      out = *b;
    else
      wrong(key);
  }
  void number(std::string_view key, int64_t& out, int64_t low = std::numeric_limits<int64_t>::min(),
              int64_t high = std::numeric_limits<int64_t>::max()) {
    const auto* value = take(key);
    if (value == nullptr) return;
    const auto* n = value->if_int64();
    if (n == nullptr || *n < low || *n > high) return wrong(key);
    out = *n;
  }
  void count(std::string_view key, unsigned& out) {
    int64_t n = out;
    number(key, n, 0, std::numeric_limits<unsigned>::max());
    out = static_cast<unsigned>(n);
  }
  void time(std::string_view key, base::TimePoint& out) {
    int64_t us = base::unix_us(out);
    number(key, us);
    out = base::from_unix_us(us);
  }
  void duration(std::string_view key, base::Duration& out) {
    int64_t us = out.count();
    number(key, us);
    out = base::Duration{us};
  }
  /// `from` maps a name to its value, as `state_from` does.
  template <class E, class From>
  void named(std::string_view key, E& out, From from) {
    const auto* value = take(key);
    if (value == nullptr) return;
    const auto* s = value->if_string();
    const auto found = s == nullptr ? std::nullopt : from(std::string_view{s->data(), s->size()});
    if (found)
      out = *found;
    else
      wrong(key);
  }
  /// Calls `each(const json::value&) -> std::string` (empty: fine) for every element.
  template <class Each>
  void list(std::string_view key, Each each) {
    const auto* value = take(key);
    if (value == nullptr) return;
    const auto* array = value->if_array();
    if (array == nullptr) return wrong(key);
    for (const auto& element : *array)
      if (auto why = each(element); !why.empty() && error_.empty()) error_ = std::move(why);
  }
  /// The first thing that was wrong; empty when all is well.
  std::string finish() {
    if (error_.empty() && object_ != nullptr && taken_ != object_->size())
      bad("has a field nobody knows");
    return error_;
  }

 private:
  void wrong(std::string_view key) { bad("has a wrong \"" + std::string{key} + "\""); }
  void bad(const std::string& why) {
    if (error_.empty()) error_ = std::string{what_} + " " + why;
  }

  const boost::json::object* object_ = nullptr;
  std::string_view what_;
  std::string error_;
  std::size_t taken_ = 0;
};

/// The error for stored text that cannot have been written by us.
inline base::Error unreadable(const std::string& why) {
  return base::fail(base::Code::internal,
                    "stored value cannot be read: " + why +
                        "; was it written by a newer version, or changed by hand?");
}

}  // namespace herald::model
