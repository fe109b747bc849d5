#include "store/postgresql/lineage.hpp"

#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {
namespace {

// The first eight digits of the file that is written to now are its timeline.
const Sql kLine{
    "/* session */ SELECT (SELECT system_identifier FROM pg_control_system())::text, CASE WHEN "
    "pg_is_in_recovery() THEN 0 ELSE "
    "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint END"};

}  // namespace

bool Lineage::goes_on(Connection& db) {
  const auto rows = db.use(kLine);
  const auto system = rows[0].string(0);
  const auto timeline = rows[0].integer(1);
  const std::lock_guard lock{mutex_};
  if (timeline < timeline_ || (!system_.empty() && system != system_)) return false;
  if (timeline != 0) {
    system_ = system;
    timeline_ = timeline;
  }
  return true;
}

}  // namespace herald::store::postgresql
