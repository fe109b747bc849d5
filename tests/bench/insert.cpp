// The peer of bulk submission: rows like Herald's notifications, inserted with libpq, many in a
// statement, each statement a transaction. One thread and one connection each; ends by itself.
//
//   herald_insert CONNINFO TABLE CONNECTIONS SECONDS ROWS
//
// The statement is prepared, INSERT ... VALUES (...), (...): what a program does that wants its
// rows in fast and knows nothing of arrays or COPY. Prints {"rows", "seconds", "per_second"}.
#include <libpq-fe.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

// Those that differ from row to row are parameters, as are the texts; see delivery/rows.py.
constexpr const char* kColumns =
    "rowid, id, producer, kind, type, user_id, to_kind, to_value, params, content, priority, "
    "created, not_before, expires, chain_id, state, due_at, in_flight, last_seq";
constexpr int kParameters = 17;

std::string statement(const std::string& table, int rows) {
  std::string out = "INSERT INTO " + table + "(" + kColumns + ") VALUES ";
  for (int row = 0, n = 0; row < rows; ++row) {
    out += row == 0 ? "(" : ", (";
    for (int i = 0; i < kParameters; ++i) out += (i == 0 ? "$" : ", $") + std::to_string(++n);
    out += ", 0, 0)";
  }
  return out;
}

std::atomic<long> next_row{1}, inserted{0};
std::atomic<bool> failed{false};

std::string fresh_id(std::mt19937_64& random) {
  static constexpr char kLetters[] = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string id = "01m83v3ra4";
  while (id.size() < 35) id += kLetters[random() & 31U];
  return id;
}

void work(const char* conninfo, const std::string& sql, int rows, Clock::time_point end) {
  PGconn* db = PQconnectdb(conninfo);
  const auto fail = [&] {
    std::fprintf(stderr, "%s", PQerrorMessage(db));
    failed = true;
  };
  PGresult* made = PQstatus(db) == CONNECTION_OK
                       ? PQprepare(db, "insert", sql.c_str(), rows * kParameters, nullptr)
                       : nullptr;
  if (PQresultStatus(made) != PGRES_COMMAND_OK) fail();
  PQclear(made);
  std::mt19937_64 random{std::random_device{}()};
  while (!failed && Clock::now() < end) {
    std::vector<std::string> texts;
    texts.reserve(static_cast<std::size_t>(rows * kParameters));
    for (int i = 0; i < rows; ++i) {
      const long row = next_row++;
      const auto user = std::to_string(1 + row % 1000);
      for (std::string text :
           {std::to_string(row), fresh_id(random), std::string{"token:development"},
            std::string{"message"}, std::string{"message"}, user, std::string{"user"}, user,
            R"({"message":"Votre demande a bien été reçue et traitée: )" + std::to_string(row) +
                R"("})",
            std::string{}, std::string{"1"}, std::string{"1790000000000000"},
            std::string{"1790003600000000"}, std::string{"1790086400000000"}, std::string{"1"},
            std::string{"0"}, std::string{"1790003600000000"}})
        texts.push_back(std::move(text));
    }
    std::vector<const char*> values;
    for (const auto& text : texts) values.push_back(text.c_str());
    PGresult* done = PQexecPrepared(db, "insert", static_cast<int>(values.size()), values.data(),
                                    nullptr, nullptr, 0);
    if (PQresultStatus(done) != PGRES_COMMAND_OK) fail();
    PQclear(done);
    inserted += rows;
  }
  PQfinish(db);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return std::fprintf(stderr, "usage: see the top of insert.cpp\n"), 2;
  const int connections = std::atoi(argv[3]), rows = std::atoi(argv[5]);
  const auto sql = statement(argv[2], rows);
  const auto start = Clock::now();
  const auto end = start + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(std::atof(argv[4])));
  std::vector<std::thread> threads;
  for (int i = 0; i < connections; ++i)
    threads.emplace_back([&] { work(argv[1], sql, rows, end); });
  for (auto& thread : threads) thread.join();
  const auto took = std::chrono::duration<double>(Clock::now() - start).count();
  if (failed) return 1;
  std::printf("{\"rows\":%ld,\"seconds\":%.3f,\"per_second\":%.1f}\n", inserted.load(), took,
              static_cast<double>(inserted) / took);
  return 0;
}
