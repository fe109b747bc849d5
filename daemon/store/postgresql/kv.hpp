#pragma once

#include "store/postgresql/reader.hpp"
#include "store/postgresql/write_state.hpp"

namespace herald::store::postgresql {

// Plugin key-value pairs, service tokens, revoked tokens of people. Contracts: KvStore, TokenStore.
// All throw SqlError.

KvEntry kv_get(Connection& db, std::string_view instance, std::string_view key,
               model::TimePoint now);
base::Result<uint64_t> kv_put(WriteState& state, const std::string& instance,
                              const std::string& key, const std::string& value,
                              model::TimePoint expires, uint64_t if_version);
base::Result<Nothing> kv_remove(WriteState& state, const std::string& instance,
                                const std::string& key);

base::Result<Nothing> put_token(WriteState& state, const ServiceToken& token);
base::Result<Nothing> revoke_token(WriteState& state, const std::string& name);
base::Result<std::vector<ServiceToken>> tokens(ReadState& state);
base::Result<Nothing> revoke_user(WriteState& state, const RevokedTokens& revoked);
base::Result<std::vector<RevokedTokens>> revoked_users(ReadState& state);

}  // namespace herald::store::postgresql
