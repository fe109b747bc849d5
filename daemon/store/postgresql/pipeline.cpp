#include "store/postgresql/pipeline.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <memory>
#include <optional>

#include "store/postgresql/sqlstate.hpp"

namespace herald::store::postgresql {
namespace {

constexpr auto kExecutes = static_cast<std::size_t>(-1);

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

int64_t changed_rows(PGresult* result) {
  const std::string_view digits = PQcmdTuples(result);
  int64_t rows = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), rows);
  return rows;
}

/// Other than those that pqxx prepares by itself, which are known to it alone.
std::string name_of(const Sql& sql) { return sql.name() + "_piped"; }

}  // namespace

/// Of everything that was owed.
struct Pipeline::Answers {
  std::optional<SqlError> error;
  std::vector<std::pair<Then, int64_t>> good;
};

void Pipeline::lost() const {
  throw SqlError{SqlError::Kind::lost, {}, one_line(PQerrorMessage(connection_))};
}

void Pipeline::check(int done) const {
  if (done != 1) lost();
}

void Pipeline::send(const Sql& sql, const Parameters& parameters, Then then) {
  if (!open()) check(PQenterPipelineMode(connection_));
  if (prepared_.size() <= sql.index()) prepared_.resize(Sql::all().size(), Prepared::no);
  const auto name = name_of(sql);
  if (auto& known = prepared_[sql.index()]; known == Prepared::no) {
    // Owed before it is sent: what was sent in part must be waited for, or the connection goes.
    owed_.push_back({sql.index(), {}});
    check(PQsendPrepare(connection_, name.c_str(), sql.text().c_str(), 0, nullptr));
    known = Prepared::sent;
  }
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) values.push_back(parameters.value(i));
  owed_.push_back({kExecutes, std::move(then)});
  check(PQsendQueryPrepared(connection_, name.c_str(), static_cast<int>(values.size()),
                            values.data(), nullptr, nullptr, 0));
  // Now, not when enough has come together: that is the point.
  if (PQflush(connection_) < 0) lost();
}

Pipeline::Answers Pipeline::take() {
  Answers answers;
  check(PQpipelineSync(connection_));
  for (; !owed_.empty(); owed_.pop_front()) {
    auto& owed = owed_.front();
    const Result result{PQgetResult(connection_), &PQclear};
    if (!result) lost();
    const auto status = PQresultStatus(result.get());
    const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (owed.prepares != kExecutes)
      prepared_[owed.prepares] = good ? Prepared::yes : Prepared::no;
    else if (good && owed.then)
      answers.good.emplace_back(std::move(owed.then), changed_rows(result.get()));
    if (!good && status != PGRES_PIPELINE_ABORTED && !answers.error) {
      const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
      const std::string code = state == nullptr ? "" : state;
      auto kind = kind_of(code);
      if (PQstatus(connection_) != CONNECTION_OK) kind = SqlError::Kind::lost;
      answers.error.emplace(kind, code, one_line(PQresultErrorMessage(result.get())));
      if (kind == SqlError::Kind::lost) throw *answers.error;
    }
    // Each statement's results end with none.
    if (const Result end{PQgetResult(connection_), &PQclear}; end) lost();
  }
  const Result synced{PQgetResult(connection_), &PQclear};
  if (PQresultStatus(synced.get()) != PGRES_PIPELINE_SYNC) lost();
  check(PQexitPipelineMode(connection_));
  return answers;
}

void Pipeline::settle() {
  if (!open()) return;
  const auto answers = take();
  if (answers.error) throw SqlError{*answers.error};
  for (const auto& [then, rows] : answers.good) then(rows);
}

void Pipeline::discard() {
  if (open()) take();
}

}  // namespace herald::store::postgresql
