#include <fcntl.h>
#include <sys/stat.h>

#include "store/epoch.hpp"
#include "store/sqlite/inbox.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kEpoch{"SELECT epoch, file FROM inbox_epoch WHERE one = 1"};
const Sql kPut{"INSERT OR REPLACE INTO inbox_epoch(one, epoch, file) VALUES (1, ?, ?)"};

/// What a copy of the file does not share with it: number and birth on its file system. Empty when
/// the system does not tell.
std::string identity_of(const std::string& path) {
  struct statx found {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &found) != 0) return {};
  auto out = std::to_string(found.stx_ino);
  if ((found.stx_mask & STATX_BTIME) != 0)
    out += ":" + std::to_string(found.stx_btime.tv_sec) + "." +
           std::to_string(found.stx_btime.tv_nsec);
  return out;
}

}  // namespace

uint64_t inbox_epoch(Connection& db, const std::string& path) {
  const auto file = identity_of(path);
  {
    auto row = db.use(kEpoch);
    if (row.step() && row.string(1) == file) return static_cast<uint64_t>(row.integer(0));
  }
  const auto epoch = fresh_epoch();
  db.run(kPut, epoch, file);
  return static_cast<uint64_t>(epoch);
}

}  // namespace herald::store::sqlite
