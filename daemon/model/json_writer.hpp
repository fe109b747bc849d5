#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/text.hpp"

namespace herald::model {

/// Appends compact JSON to one text, without a tree in between: progress is written at every event.
/// Private to the model. The caller keeps opens and closes balanced. Text that is not UTF-8, and
/// U+0000, become U+FFFD: what is written can always be read back, and every database takes it.
class JsonWriter {
 public:
  JsonWriter() { out_.reserve(512); }

  void open(char bracket) {
    comma();
    out_ += bracket;
    first_ = true;
  }
  void open(std::string_view key, char bracket) {
    name(key);
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  void text(std::string_view key, std::string_view value) {
    name(key);
    quote(value);
  }
  void number(std::string_view key, int64_t value) {
    name(key);
    out_ += std::to_string(value);
  }
  void time(std::string_view key, base::TimePoint value) { number(key, base::unix_us(value)); }
  void flag(std::string_view key, bool value) {
    name(key);
    out_ += value ? "true" : "false";
  }
  std::string take() { return std::move(out_); }

 private:
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  void name(std::string_view key) {
    comma();
    out_ += '"';
    out_ += key;
    out_ += "\":";
  }
  void quote(std::string_view value) {
    static constexpr char kHex[] = "0123456789abcdef";
    const bool clean = base::is_utf8(value);
    out_ += '"';
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out_ += '\\';
        out_ += c;
      } else if (byte == 0 || (byte >= 0x80 && !clean)) {
        out_ += "\xef\xbf\xbd";
      } else if (byte < 0x20) {
        out_ += "\\u00";
        out_ += kHex[byte >> 4];
        out_ += kHex[byte & 15];
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }

  std::string out_;
  bool first_ = true;
};

}  // namespace herald::model
