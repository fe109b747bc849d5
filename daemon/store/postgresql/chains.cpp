#include "store/postgresql/chains.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kBody{"SELECT body FROM chains WHERE id = $1"};
const Sql kFind{"SELECT id FROM chains WHERE md5(body) = md5($1) AND body = $1"};
const Sql kInsert{"INSERT INTO chains(body) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id"};

constexpr std::size_t kRemembered = 512;

int64_t row_of(Connection& db, const std::string& body) {
  // The second look is for a chain that another node has put there between the two statements.
  for (int look = 0; look < 2; ++look) {
    if (const auto found = db.use(kFind, body); !found.empty()) return found[0].integer(0);
    if (const auto made = db.use(kInsert, body); !made.empty()) return made[0].integer(0);
  }
  const auto found = db.use(kFind, body);
  if (found.empty())
    throw SqlError{SqlError::Kind::again, "40001", "a chain came and went while it was stored"};
  return found[0].integer(0);
}

}  // namespace

base::Result<model::ChainPtr> ChainCache::load(Connection& db, int64_t id) {
  if (const auto found = chains_.find(id); found != chains_.end()) return found->second;
  const auto rows = db.use(kBody, id);
  if (rows.empty())
    return base::fail(base::Code::internal,
                      "chain " + std::to_string(id) + " is missing from the database");
  auto chain = model::chain_from_json(rows[0].text(0));
  if (!chain) return chain.error();
  if (chains_.size() >= kRemembered || rows_.size() >= kRemembered) forget();
  auto shared = std::make_shared<const model::Chain>(std::move(*chain));
  rows_.try_emplace(shared.get(), Row{shared, id});
  return chains_[id] = std::move(shared);
}

int64_t ChainCache::store(Connection& db, const model::ChainPtr& chain) {
  if (const auto found = rows_.find(chain.get()); found != rows_.end()) return found->second.id;
  const auto id = row_of(db, model::to_json_text(*chain));
  if (rows_.size() >= kRemembered) rows_.clear();
  rows_.emplace(chain.get(), Row{chain, id});
  return id;
}

void ChainCache::forget() {
  rows_.clear();
  chains_.clear();
}

}  // namespace herald::store::postgresql
