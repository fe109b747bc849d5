#include "http/rates.hpp"

#include <algorithm>
#include <chrono>

namespace herald::http {

double Rates::refilled(const Bucket& bucket, base::MonoPoint now) const {
  const auto passed = std::chrono::duration<double>(now - bucket.at).count();
  return std::min(burst_, bucket.left + std::max(passed, 0.0) * per_second_);
}

bool Rates::allow(const std::string& key, base::MonoPoint now) {
  return buckets_.with([&](std::unordered_map<std::string, Bucket>& buckets) {
    if (buckets.size() >= kMostKeys && !buckets.contains(key)) {
      std::erase_if(buckets,
                    [&](const auto& entry) { return refilled(entry.second, now) >= burst_; });
      if (buckets.size() >= kMostKeys) buckets.clear();
    }
    auto& bucket = buckets.try_emplace(key, Bucket{burst_, now}).first->second;
    bucket.left = refilled(bucket, now);
    bucket.at = now;
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  });
}

}  // namespace herald::http
