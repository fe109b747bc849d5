// directory: who an identity belongs to. Owns the spelling of identities (phones in E.164) and the
// answers it remembers. Any thread may call; answers come on a thread of the store, or at once when
// they are remembered. Never keeps more than kRemembered answers, never remembers that somebody
// does not exist, or anything from before others may have changed it (store/history.hpp).
#pragma once

#include <list>
#include <string>
#include <unordered_map>

#include "base/guarded.hpp"
#include "model/ports/directory.hpp"
#include "store/history.hpp"

namespace herald::directory {

/// `{user}` of a path or `to` of a submission (webchat-api.md): `id:42` and other digits are a user
/// id below 2^53; what starts with + or 00, or has the shape of a national number of the region, is
/// a phone. Code::invalid for anything else.
base::Result<model::Identity> parse_identity(std::string_view spelled, std::string_view region);

/// Checks kind and value: user, phone, whatsapp.phone (E.164 afterwards), whatsapp.user_id, email,
/// or another dotted name.
base::Result<model::Identity> normalise_identity(model::Identity identity, std::string_view region);

class Directory final : public model::ports::Directory {
 public:
  /// history: nullptr when nobody else changes the store. Both outlive this.
  Directory(store::DirectoryStore& store, const store::HistoryStore* history, std::string region)
      : store_{store}, history_{history}, region_{std::move(region)} {}

  base::Result<model::Identity> parse(std::string_view spelled) const override;
  base::Result<model::Identity> normalise(model::Identity identity) const override;
  void resolve(model::Identity identity, Done<model::UserId> done) override;
  void is_of(model::Identity identity, model::UserId person, Done<bool> done) override;
  void learn(model::Identity known, model::Identity also, Done<bool> done) override;
  void mark(model::Identity identity, std::string state, model::TimePoint until,
            Done<bool> done) override;

  /// The region of numbers without country code; may change at a reload.
  void set_region(std::string region);
  std::string region() const;
  /// Forgets what it remembers: after a user was changed.
  void forget();

 private:
  static constexpr std::size_t kRemembered = 10'000;
  /// Least recently used first.
  struct Memory {
    std::list<std::pair<std::string, model::UserId>> order;
    std::unordered_map<std::string, std::list<std::pair<std::string, model::UserId>>::iterator>
        index;
    uint64_t history = 0;  // of the store
  };
  /// Of the store; 0 where no other can take its place.
  uint64_t history() const;
  /// 0: it does not remember.
  model::UserId remembered(const std::string& key);
  void remember(const std::string& key, model::UserId user, uint64_t history);
  void ask(model::Identity identity, std::string key, Done<model::UserId> done);
  /// How paths spelled identities, by region: what clients send again with every request.
  struct Spellings {
    std::string region;
    std::unordered_map<std::string, model::Identity> known;
  };

  store::DirectoryStore& store_;
  const store::HistoryStore* const history_;
  base::Guarded<std::string> region_;
  base::Guarded<Memory> memory_;
  mutable base::Guarded<Spellings> spellings_;
};

}  // namespace herald::directory
