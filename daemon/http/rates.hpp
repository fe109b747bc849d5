#pragma once

#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/guarded.hpp"

namespace herald::http {

/// So many a second of each key, and some more at once after a pause. Any thread. Bounded: when
/// there are too many keys, those that are not limited now are forgotten, at worst all.
class Rates {
 public:
  Rates(double per_second, double burst) : per_second_(per_second), burst_(burst) {}
  /// Counts one; false when there were too many.
  bool allow(const std::string& key, base::MonoPoint now);

  static constexpr std::size_t kMostKeys = 65'536;

 private:
  struct Bucket {
    double left = 0;
    base::MonoPoint at{};
  };
  double refilled(const Bucket& bucket, base::MonoPoint now) const;

  const double per_second_, burst_;
  base::Guarded<std::unordered_map<std::string, Bucket>> buckets_;
};

}  // namespace herald::http
