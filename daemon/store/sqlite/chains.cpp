#include "store/sqlite/chains.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kBody{"SELECT body FROM chains WHERE id = ?"};
const Sql kFind{"SELECT id FROM chains WHERE body = ?"};
const Sql kInsert{"INSERT INTO chains(body) VALUES (?)"};

constexpr std::size_t kRemembered = 512;

}  // namespace

base::Result<model::ChainPtr> ChainCache::load(Connection& db, int64_t id) {
  if (const auto found = chains_.find(id); found != chains_.end()) return found->second;
  auto query = db.use(kBody, id);
  if (!query.step())
    return base::fail(base::Code::internal,
                      "chain " + std::to_string(id) + " is missing from the database");
  auto chain = model::chain_from_json(query.text(0));
  if (!chain) return chain.error();
  if (chains_.size() >= kRemembered) chains_.clear();
  return chains_[id] = std::make_shared<const model::Chain>(std::move(*chain));
}

int64_t ChainCache::store(Connection& db, const model::ChainPtr& chain) {
  if (const auto found = rows_.find(chain.get()); found != rows_.end()) return found->second.id;
  const auto body = model::to_json_text(*chain);
  const auto id = [&] {
    if (auto query = db.use(kFind, body); query.step()) return query.integer(0);
    db.run(kInsert, body);
    return db.last_insert_rowid();
  }();
  if (rows_.size() >= kRemembered) rows_.clear();
  rows_.emplace(chain.get(), Row{chain, id});
  return id;
}

void ChainCache::forget() {
  rows_.clear();
  chains_.clear();
}

}  // namespace herald::store::sqlite
