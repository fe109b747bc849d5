#include "store/postgresql/pipeline.hpp"

#include <libpq-fe.h>

namespace herald::store::postgresql {
namespace {

constexpr auto kExecutes = static_cast<std::size_t>(-1);
constexpr auto kMark = static_cast<std::size_t>(-2);

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

}  // namespace

void Pipeline::lost() const {
  throw SqlError{SqlError::Kind::lost, {}, one_line(PQerrorMessage(connection_))};
}

void Pipeline::check(int done) const {
  if (done != 1) lost();
}

void Pipeline::prepare(const Sql& sql) {
  if (prepared_.size() <= sql.index()) prepared_.resize(Sql::all().size(), Prepared::no);
  auto& known = prepared_[sql.index()];
  if (known != Prepared::no) return;
  // Owed before it is sent: what was sent in part must be waited for, or the connection goes.
  owed_.push_back({sql.index(), {}});
  check(PQsendPrepare(connection_, sql.name().c_str(), sql.text().c_str(), 0, nullptr));
  known = Prepared::sent;
}

void Pipeline::send(const Sql& sql, const Parameters& parameters, When when, Then then) {
  if (!open()) check(PQenterPipelineMode(connection_));
  prepare(sql);
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) values.push_back(parameters.value(i));
  owed_.push_back({kExecutes, std::move(then)});
  check(PQsendQueryPrepared(connection_, sql.name().c_str(), static_cast<int>(values.size()),
                            values.data(), nullptr, nullptr, 0));
  if (when == When::now && PQflush(connection_) < 0) lost();
}

void Pipeline::mark() {
  owed_.push_back({kMark, {}});
  check(PQpipelineSync(connection_));
}

void Pipeline::hear(Owed& owed, Answers& answers) {
  const auto notices = notices_;
  auto* const result = PQgetResult(connection_);
  if (result == nullptr) lost();
  answers.warned = notices_ != notices;
  Rows rows{result};
  const auto status = PQresultStatus(result);
  const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
  if (owed.what != kExecutes)
    prepared_[owed.what] = good ? Prepared::yes : Prepared::no;
  else if (good && owed.then)
    answers.good.emplace_back(std::move(owed.then), std::move(rows));
  if (good || status == PGRES_PIPELINE_ABORTED || answers.error) return;
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string code = state == nullptr ? "" : state;
  auto kind = kind_of(code);
  if (PQstatus(connection_) != CONNECTION_OK) kind = SqlError::Kind::lost;
  answers.error.emplace(kind, code, one_line(PQresultErrorMessage(result)));
  if (kind == SqlError::Kind::lost) throw *answers.error;
}

Pipeline::Answers Pipeline::take() {
  Answers answers;
  if (owed_.back().what != kMark) mark();
  for (; owed_.front().what != kMark; owed_.pop_front()) {
    hear(owed_.front(), answers);
    // Each statement's results end with none.
    if (const Result more{PQgetResult(connection_), &PQclear}; more) lost();
  }
  const Result synced{PQgetResult(connection_), &PQclear};
  if (PQresultStatus(synced.get()) != PGRES_PIPELINE_SYNC) lost();
  owed_.pop_front();
  if (!open()) check(PQexitPipelineMode(connection_));
  return answers;
}

}  // namespace herald::store::postgresql
