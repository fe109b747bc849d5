#include "store/postgresql/node_rows.hpp"

namespace herald::store::postgresql {
namespace {

/// Microseconds by the database's clock, the only one that all nodes share.
const std::string kNow = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

const Sql kForget{"/* nodes */ DELETE FROM nodes WHERE name = $1"};
const Sql kEnter{
    "/* nodes */ INSERT INTO nodes(name, version, started, lease_end) VALUES ($1, $2, " + kNow +
    ", " + kNow + " + $3) RETURNING fence, " + kNow};
const Sql kRenew{"/* nodes */ UPDATE nodes SET lease_end = " + kNow +
                 " + $2 WHERE fence = $1 RETURNING " + kNow};
const Sql kRemoveDead{
    "/* nodes */ DELETE FROM nodes WHERE fence IN (SELECT fence FROM nodes WHERE lease_end < " +
    kNow + " AND fence <> $1 ORDER BY fence FOR UPDATE SKIP LOCKED)"};
const Sql kLeave{"/* nodes */ DELETE FROM nodes WHERE fence = $1"};
const Sql kOthers{"/* nodes */ SELECT count(*), min(lease_end) - " + kNow +
                  " FROM nodes WHERE fence <> $1"};
const Sql kSharesOf{"/* nodes */ SELECT share FROM shares WHERE node = $1"};
const Sql kFree{
    "/* nodes */ UPDATE shares SET node = NULL WHERE node = $1 AND share = ANY($2::smallint[])"};
const Sql kClaim{
    "/* nodes */ UPDATE shares s SET node = $1 FROM (SELECT share, node FROM shares WHERE node IS "
    "NULL OR NOT EXISTS (SELECT 1 FROM nodes n WHERE n.fence = shares.node) ORDER BY share LIMIT "
    "$2 FOR UPDATE SKIP LOCKED) AS free WHERE s.share = free.share RETURNING s.share, (free.node "
    "IS NOT NULL)::int"};
const Sql kAll{
    "/* nodes */ SELECT n.fence, n.name, n.version, n.started, n.lease_end - " + kNow +
    ", count(s.share), coalesce(min(s.share), -1) FROM nodes n LEFT JOIN shares s ON s.node = "
    "n.fence GROUP BY n.fence ORDER BY n.name"};

Array array_of(Shares shares) {
  Array out;
  for (unsigned share = 0; share < kShares; ++share)
    if (has(shares, share)) out.add(share);
  return out;
}

Shares bit(const Row& row) { return Shares{1} << (row.integer(0) & 63); }

}  // namespace

Entered enter_node(Connection& db, const NodeOptions& options) {
  db.run(kForget, options.name);
  const auto rows = db.use(kEnter, options.name, options.version, options.lease.count());
  return {rows[0].integer(0), base::from_unix_us(rows[0].integer(1))};
}

std::optional<base::TimePoint> renew_lease(Connection& db, int64_t fence, base::Duration lease) {
  const auto rows = db.use(kRenew, fence, lease.count());
  if (rows.empty()) return std::nullopt;
  return base::from_unix_us(rows[0].integer(0));
}

void remove_dead(Connection& db, int64_t fence) { db.run(kRemoveDead, fence); }

void leave_node(Connection& db, int64_t fence) {
  free_shares(db, fence, kAllShares);
  db.run(kLeave, fence);
}

Others other_nodes(Connection& db, int64_t fence) {
  const auto rows = db.use(kOthers, fence);
  Others out;
  out.count = static_cast<unsigned>(rows[0].integer(0));
  if (out.count > 0) out.first_end = base::Duration{rows[0].integer(1)};
  return out;
}

Shares shares_of(Connection& db, int64_t fence) {
  Shares out = 0;
  for (const auto row : db.use(kSharesOf, fence)) out |= bit(row);
  return out;
}

void free_shares(Connection& db, int64_t fence, Shares shares) {
  db.run(kFree, fence, array_of(shares));
}

Claimed claim_shares(Connection& db, int64_t fence, unsigned most) {
  Claimed out;
  for (const auto row : db.use(kClaim, fence, most)) {
    out.shares |= bit(row);
    out.after_death = out.after_death || row.integer(1) != 0;
  }
  return out;
}

std::vector<Node> all_nodes(Connection& db, int64_t fence) {
  std::vector<Node> out;
  for (const auto row : db.use(kAll)) {
    Node node;
    node.fence = row.integer(0);
    node.name = row.string(1);
    node.version = row.string(2);
    node.started = base::from_unix_us(row.integer(3));
    node.left = base::Duration{row.integer(4)};
    node.shares = static_cast<unsigned>(row.integer(5));
    node.periodic = row.integer(6) == kPeriodicShare;
    node.self = node.fence == fence;
    out.push_back(std::move(node));
  }
  return out;
}

}  // namespace herald::store::postgresql
