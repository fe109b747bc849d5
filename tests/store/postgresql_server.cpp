#include "store/postgresql_server.hpp"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace herald::store::test {
namespace {

namespace fs = std::filesystem;

/// The newest of Debian's servers.
std::string programs() {
  std::string found;
  std::error_code missing;
  for (const auto& version : fs::directory_iterator{"/usr/lib/postgresql", missing})
    if (fs::exists(version.path() / "bin" / "initdb"))
      found = std::max(found, (version.path() / "bin").string());
  if (found.empty())
    throw std::runtime_error("PostgreSQL's server is not installed; run ./dev setup");
  return found;
}

const passwd* unprivileged() {
  if (::geteuid() != 0) return nullptr;
  for (const char* name : {"postgres", "nobody"})
    if (const auto* user = ::getpwnam(name)) return user;
  throw std::runtime_error("there is no unprivileged user to run PostgreSQL as");
}

/// Starts a program with its output in a file; its process id.
pid_t spawn(const std::vector<std::string>& command, const std::string& folder) {
  const auto* user = unprivileged();
  std::vector<char*> arguments;
  for (const auto& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  const auto log = folder + "/server.log";
  const auto parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  if (user != nullptr &&
      (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0))
    ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() != parent) ::_exit(125);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (::chdir(folder.c_str()) != 0) ::_exit(124);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

int await(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string text_of(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream{path}.rdbuf();
  return out.str();
}

}  // namespace

PostgresqlServer& PostgresqlServer::shared() {
  static PostgresqlServer server{{"fsync = off"}};
  return server;
}

PostgresqlServer::PostgresqlServer(const std::vector<std::string>& settings) {
  std::string name = (fs::temp_directory_path() / "herald-pg-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
  if (const auto* user = unprivileged())
    if (::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0)
      throw std::runtime_error("the folder of the server cannot be given to its user");
  // Only making the cluster goes without fsync; the server runs with it.
  const auto made =
      await(spawn({programs() + "/initdb", "-D", folder_ + "/data", "-U", "herald", "-A", "trust",
                   "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"},
                  folder_));
  if (made != 0) throw std::runtime_error("initdb failed: " + text_of(folder_ + "/server.log"));
  {
    std::ofstream config{folder_ + "/data/postgresql.conf", std::ios::app};
    config << "listen_addresses = ''\nunix_socket_directories = '" << folder_
           << "'\nmax_connections = 50\nshared_buffers = 64MB\nlog_min_messages = warning\n"
              "max_wal_size = 256MB\n";
    for (const auto& line : settings) config << line << "\n";
    // Roles with a password must give it.
    std::ofstream access{folder_ + "/data/pg_hba.conf", std::ios::trunc};
    access << "local all secretive scram-sha-256\nlocal all all trust\n"
              "local replication all trust\n";
  }
  start();
  ask("CREATE DATABASE herald", "public", "postgres");
}

PostgresqlServer::~PostgresqlServer() {
  if (server_ > 0) stop(SIGQUIT);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void PostgresqlServer::start() {
  server_ = spawn({programs() + "/postgres", "-D", folder_ + "/data"}, folder_);
  const auto info = "host=" + folder_ + " user=herald dbname=postgres";
  for (int tries = 0; tries < 600; ++tries) {
    if (PQping(info.c_str()) == PQPING_OK) return;
    int status = 0;
    if (::waitpid(server_, &status, WNOHANG) == server_) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  throw std::runtime_error("PostgreSQL did not start: " + text_of(folder_ + "/server.log"));
}

void PostgresqlServer::stop(int signal) {
  ::kill(server_, signal);
  await(server_);
  server_ = -1;
}

void PostgresqlServer::start_promoted() {
  std::ofstream{folder_ + "/data/standby.signal"}.flush();
  start();
  if (ask("SELECT pg_promote()") != std::vector<std::string>{"t"})
    throw std::runtime_error("the standby cannot be promoted: " + text_of(folder_ + "/server.log"));
}

void PostgresqlServer::keep_copy() {
  if (await(spawn({"/bin/cp", "-a", "data", "copy"}, folder_)) != 0)
    throw std::runtime_error("the data cannot be copied: " + text_of(folder_ + "/server.log"));
}

void PostgresqlServer::put_copy() {
  fs::remove_all(folder_ + "/data");
  fs::rename(folder_ + "/copy", folder_ + "/data");
}

std::string PostgresqlServer::url(const std::string& role, const std::string& database) const {
  return "postgresql:host=" + folder_ + " user=" + role + " dbname=" + database;
}

std::string PostgresqlServer::fresh_schema() {
  static std::atomic<int> number{0};
  return "test_" + std::to_string(number++);
}

std::vector<std::string> PostgresqlServer::ask(const std::string& sql, const std::string& schema,
                                               const std::string& database) const {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection{
      PQconnectdb(("host=" + folder_ + " user=herald dbname=" + database +
                   " options='-c search_path=" + schema + "'")
                      .c_str()),
      PQfinish};
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result{PQexec(connection.get(), sql.c_str()),
                                                              PQclear};
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    throw std::runtime_error(sql + ": " + PQerrorMessage(connection.get()));
  std::vector<std::string> out;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    auto& line = out.emplace_back();
    for (int column = 0; column < PQnfields(result.get()); ++column)
      line += (column == 0 ? "" : "|") + std::string{PQgetisnull(result.get(), row, column) != 0
                                                         ? "NULL"
                                                         : PQgetvalue(result.get(), row, column)};
  }
  return out;
}

}  // namespace herald::store::test
