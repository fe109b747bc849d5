#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace herald::simulator {

/// What happened in a run, for people: kept only when somebody will read it.
class Story {
 public:
  Story(const base::Clock& clock, bool kept) : clock_{clock}, kept_{kept} {}

  template <class... Parts>
  void tell(const Parts&... parts) {
    if (!kept_) return;
    const auto us = (clock_.mono().time_since_epoch().count() - 1'000'000'000);
    auto fraction = std::to_string(us % 1'000'000);
    fraction.insert(0, 6 - fraction.size(), '0');
    std::string line = std::to_string(us / 1'000'000) + '.' + fraction + "  ";
    (line.append(parts), ...);
    lines_.push_back(std::move(line));
  }
  bool kept() const { return kept_; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  const base::Clock& clock_;
  const bool kept_;
  std::vector<std::string> lines_;
};

/// Faults that really happened, by kind.
class Faults {
 public:
  void count(std::string_view kind) {
    ++total_;
    auto it = by_kind_.find(kind);
    if (it == by_kind_.end()) it = by_kind_.emplace(std::string{kind}, 0).first;
    ++it->second;
  }
  uint64_t total() const { return total_; }
  const std::map<std::string, uint64_t, std::less<>>& by_kind() const { return by_kind_; }

 private:
  uint64_t total_ = 0;
  std::map<std::string, uint64_t, std::less<>> by_kind_;
};

}  // namespace herald::simulator
