#include "secrets.hpp"

#include <algorithm>

namespace whatsapp {
namespace {

/// A secret as files hold it, often with a newline at the end. Nothing when it cannot stand in a
/// header.
std::string usable(std::string_view secret) {
  while (!secret.empty() &&
         (secret.back() == '\n' || secret.back() == '\r' || secret.back() == ' '))
    secret.remove_suffix(1);
  const bool printable =
      std::all_of(secret.begin(), secret.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  return printable && secret.size() <= 4096 ? std::string{secret} : std::string{};
}

// Shorter ones are words that stand in any text.
constexpr std::size_t kShortest = 6;

void wipe(std::string& value) { std::fill(value.begin(), value.end(), '\0'); }

}  // namespace

Secrets::~Secrets() {
  for (auto& [name, value] : values_) wipe(value);
}

const std::string& Secrets::get(std::string_view name) const {
  static const std::string kNone;
  const auto it = values_.find(name);
  return it == values_.end() ? kNone : it->second;
}

std::string Secrets::redacted(std::string text) const {
  for (const auto& [name, value] : values_) {
    if (value.size() < kShortest) continue;
    for (auto at = text.find(value); at != text.npos; at = text.find(value, at))
      text.replace(at, value.size(), "•••");
  }
  return text;
}

void Secrets::watch(const herald::Host& host, const std::string& name, bool optional) {
  host.watch_secret(name, [this, host, name, optional](const herald::Secret& secret) {
    auto value = secret.ok() ? usable(secret.value) : std::string{};
    if (value.empty() && (!optional || secret.ok()))
      host.error("a secret is missing or not printable; name it under the channel's `secrets`",
                 {{"secret", name}});
    auto& kept = values_[name];
    wipe(kept);
    kept = std::move(value);
  });
}

}  // namespace whatsapp
