#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace herald::store::test {

/// A PostgreSQL server of our own: Debian's programs, a cluster in a temporary folder, reached by a
/// Unix socket only. Run as root it runs as `postgres`, because the server refuses root. Ends with
/// this process, however that ends. One thread.
class PostgresqlServer {
 public:
  /// The server that all tests of this process share, but for those of durability: it runs without
  /// fsync. Started when it is first asked for.
  static PostgresqlServer& shared();

  /// `settings`: lines of postgresql.conf.
  explicit PostgresqlServer(const std::vector<std::string>& settings = {});
  ~PostgresqlServer();
  PostgresqlServer(const PostgresqlServer&) = delete;
  PostgresqlServer& operator=(const PostgresqlServer&) = delete;

  void start();
  /// SIGINT ends it in order, SIGQUIT as a crash would; waits for the end.
  void stop(int signal);
  /// Starts it as a standby and promotes it: what follows is on another timeline.
  void start_promoted();
  /// Keeps a copy of the data, or puts it in their place. While the server is stopped.
  void keep_copy();
  void put_copy();
  pid_t pid() const { return server_; }

  /// A store's URL of that database, as the cluster's owner or another role.
  std::string url(const std::string& role = "herald", const std::string& database = "herald") const;
  /// A schema's name that no test of this process has used before.
  static std::string fresh_schema();

  /// One statement as the cluster's owner; first column of every row, columns separated by "|",
  /// NULL as "NULL". `schema`: where tables are looked for.
  std::vector<std::string> ask(const std::string& sql, const std::string& schema = "public",
                               const std::string& database = "herald") const;

 private:
  std::string folder_;
  pid_t server_ = -1;
};

}  // namespace herald::store::test
