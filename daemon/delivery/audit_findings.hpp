#pragma once

#include <string>

#include "store/audit.hpp"

namespace herald::delivery {

/// The rows of one notification that break a rule, as they are found. Private to the audit.
class Findings {
 public:
  Findings(const store::Dossier& dossier, std::vector<store::BrokenRow>& broken)
      : dossier_{dossier}, broken_{broken} {}

  /// Of the row of `notifications`.
  void add(const char* rule, std::string expected, std::string found) {
    add("notifications", std::to_string(dossier_.rowid), rule, std::move(expected),
        std::move(found));
  }
  void add(const char* table, std::string row, const char* rule, std::string expected,
           std::string found) {
    broken_.push_back(
        {table, std::move(row), dossier_.id, rule, std::move(expected), std::move(found)});
  }
  /// The key of a row of `timeline`: 12/3.
  std::string entry(int64_t seq) const {
    return std::to_string(dossier_.rowid) + "/" + std::to_string(seq);
  }

 private:
  const store::Dossier& dossier_;
  std::vector<store::BrokenRow>& broken_;
};

}  // namespace herald::delivery
