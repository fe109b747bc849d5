#include "store/postgresql/since.hpp"

#include <algorithm>

namespace herald::store::postgresql {
namespace {

// What one request can have missed is little; beyond it, it counts as not recorded.
const Sql kSince{
    "SELECT event FROM timeline WHERE notification = $1 AND seq > $2 ORDER BY seq LIMIT 200"};

}  // namespace

bool recorded_since(Connection& db, int64_t notification, int64_t seq,
                    const std::vector<model::Event>& events) {
  std::vector<std::string> wanted, recorded;
  for (const auto& event : events) wanted.push_back(model::to_json_text(event));
  for (const auto row : db.use(kSince, notification, seq)) recorded.push_back(row.string(0));
  return std::search(recorded.begin(), recorded.end(), wanted.begin(), wanted.end()) !=
             recorded.end() ||
         wanted.empty();
}

}  // namespace herald::store::postgresql
