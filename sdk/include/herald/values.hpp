// values.hpp - owning values of the C++ layer and their way to and from the C views.
#pragma once

#include <herald/herald.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {

inline std::string_view view(herald_str s) noexcept {
  return {s.data != nullptr ? s.data : "", static_cast<std::size_t>(s.size)};
}
inline std::string text(herald_str s) { return std::string{view(s)}; }
constexpr herald_str str(std::string_view s) noexcept { return {s.data(), s.size()}; }

/// Ordered name-value pairs: headers, identities, parameters. Names may repeat.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// The first value of that name, byte for byte; empty when there is none.
inline std::string_view find(const Fields& fields, std::string_view name) noexcept {
  for (const auto& [key, value] : fields)
    if (key == name) return value;
  return {};
}

/// The first header of that name, ASCII letters compared without case.
inline std::string_view header(const Fields& headers, std::string_view name) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (const auto& [key, value] : headers) {
    bool same = key.size() == name.size();
    for (std::size_t i = 0; same && i < key.size(); ++i) same = lower(key[i]) == lower(name[i]);
    if (same) return value;
  }
  return {};
}

struct Identity {
  std::string kind{}, value{};
};

struct Action {
  std::string id{}, label{}, text{};
};

namespace detail {

/// Fields as a C view; borrows the strings, lives as long as the call it is made for.
class KvView {
 public:
  explicit KvView(const Fields& fields) {
    rows_.reserve(fields.size());
    for (const auto& [key, value] : fields) rows_.push_back({str(key), str(value)});
  }
  herald_kvs get() const noexcept { return {rows_.data(), rows_.size()}; }

 private:
  std::vector<herald_kv> rows_;
};

inline Fields fields(herald_kvs kvs) {
  Fields out;
  out.reserve(kvs.size);
  for (uint64_t i = 0; i < kvs.size; ++i)
    out.emplace_back(text(kvs.data[i].key), text(kvs.data[i].value));
  return out;
}

/// Element i of an array whose writer may have known a longer struct.
template <class T>
const T& at(const T* data, uint64_t stride, uint64_t i) noexcept {
  return *reinterpret_cast<const T*>(reinterpret_cast<const char*>(data) + i * stride);
}

inline std::vector<Action> actions(const herald_action* data, uint64_t size, uint64_t stride) {
  std::vector<Action> out;
  out.reserve(size);
  for (uint64_t i = 0; i < size; ++i) {
    const auto& a = at(data, stride, i);
    out.push_back({text(a.id), text(a.label), text(a.text)});
  }
  return out;
}

inline std::vector<herald_action> actions(const std::vector<Action>& actions) {
  std::vector<herald_action> out;
  out.reserve(actions.size());
  for (const auto& a : actions) out.push_back({str(a.id), str(a.label), str(a.text)});
  return out;
}

}  // namespace detail
}  // namespace herald::inline v1
#pragma GCC visibility pop
