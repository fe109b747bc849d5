#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/moving/source.hpp"
#include "store/postgresql/address.hpp"
#include "store/postgresql/connection.hpp"
#include "store/postgresql/move_state.hpp"
#include "store/postgresql/watchdog.hpp"

namespace herald::store::moving {

/// The schema that becomes the store. Locked against daemons as long as this lives.
class Target {
 public:
  /// Connects, and makes the schema when nothing is there. Errors: see open_move().
  static base::Result<std::unique_ptr<Target>> open(const std::string& url, const Server& server,
                                                    const Source& source, const base::Clock& clock);

  bool resumed() const { return resumed_; }
  // All throw postgresql::SqlError.
  postgresql::Copied copied(const Table& table);
  /// The page, and how far the table is copied with it, in one commit.
  void write(std::size_t table, const Page& page, const postgresql::Copied& copied);
  int64_t count(const Table& table);
  /// What the server counts by itself goes on behind `ends` and `highest`, one for each table, in
  /// one commit. May be repeated.
  void set_ends(const Ends& ends, const std::vector<int64_t>& highest);
  void finish(int64_t now_us);

 private:
  explicit Target(postgresql::Address address);
  base::Result<void> take();
  base::Result<void> prepare(const Source& source, const base::Clock& clock);
  base::Result<void> resume(const postgresql::MoveState& found, const Source& source);
  std::string first_with_rows();
  base::Error refused(base::Code code, const std::string& why) const;

  const postgresql::Address address_;
  postgresql::Watchdog watchdog_;
  std::unique_ptr<postgresql::Connection> db_;
  bool resumed_ = false;
};

}  // namespace herald::store::moving
