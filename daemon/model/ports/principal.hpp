#pragma once

#include <string>
#include <vector>

#include "model/types.hpp"

namespace herald::model {

/// Who makes a request, as the daemon established it.
struct Principal {
  enum class Kind { anyone, user, service } kind = Kind::anyone;
  UserId user = 0;                  ///< kind user
  std::string service;              ///< kind service: the token's name
  std::vector<std::string> scopes;  ///< kind service
  TimePoint expires{};              ///< epoch: never
  TimePoint issued{};               ///< kind user: when the token was made; epoch: it does not say
  uint64_t credential = 0;          ///< kind service: tells the token from others of that name
  bool development = false;         ///< development mode stands in for a credential
  bool has(std::string_view scope) const {
    for (const auto& s : scopes)
      if (s == scope || s == "*") return true;
    return false;
  }
};

}  // namespace herald::model
