// secrets.hpp - the channel's secrets in memory, as they are now.
#pragma once

#include <herald/herald.hpp>

#include <map>

namespace whatsapp {

class Secrets {
 public:
  Secrets() = default;
  Secrets(const Secrets&) = delete;
  Secrets& operator=(const Secrets&) = delete;
  ~Secrets();

  /// Follows a secret over rotations. One that is not `optional` and missing is logged.
  void watch(const herald::Host& host, const std::string& name, bool optional);
  /// Empty: missing, or it could not stand in a header.
  const std::string& get(std::string_view name) const;
  /// The text with "•••" for every secret in it: providers repeat tokens in their errors.
  std::string redacted(std::string text) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace whatsapp
