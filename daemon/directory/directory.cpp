#include "directory/directory.hpp"

#include <charconv>
#include <optional>

namespace herald::directory {
namespace {

base::Result<bool> done_or_error(const base::Result<store::Nothing>& answer) {
  if (!answer) return answer.error();
  return true;
}

std::string key_of(const model::Identity& identity) {
  return identity.kind + '\n' + identity.value;
}

}  // namespace

base::Result<model::Identity> Directory::parse(std::string_view spelled) const {
  const std::string text{spelled};
  const auto region = this->region();
  const auto known = spellings_.with([&](const Spellings& spellings) {
    const auto it = spellings.known.find(text);
    const bool fits = it != spellings.known.end() && spellings.region == region;
    return fits ? std::optional{it->second} : std::nullopt;
  });
  if (known) return *known;
  auto identity = parse_identity(spelled, region);
  if (identity)
    spellings_.with([&](Spellings& spellings) {
      if (spellings.region != region || spellings.known.size() >= kRemembered)
        spellings = {region, {}};
      spellings.known.emplace(text, *identity);
    });
  return identity;
}

base::Result<model::Identity> Directory::normalise(model::Identity identity) const {
  return normalise_identity(std::move(identity), region());
}

uint64_t Directory::history() const { return history_ == nullptr ? 0 : history_->history(); }

model::UserId Directory::remembered(const std::string& key) {
  const auto now = history();
  return memory_.with([&](Memory& memory) -> model::UserId {
    if (memory.history != now) memory = {{}, {}, now};
    const auto it = memory.index.find(key);
    if (it == memory.index.end()) return 0;
    memory.order.splice(memory.order.end(), memory.order, it->second);
    return it->second->second;
  });
}

void Directory::ask(model::Identity identity, std::string key, Done<model::UserId> done) {
  store_.resolve(std::move(identity), [this, key = std::move(key), asked = history(),
                                       done = std::move(done)](base::Result<model::UserId> user) {
    if (user && *user != 0) remember(key, *user, asked);
    done(std::move(user));
  });
}

void Directory::resolve(model::Identity identity, Done<model::UserId> done) {
  auto key = key_of(identity);
  if (const auto known = remembered(key); known != 0) return done(known);
  ask(std::move(identity), std::move(key), std::move(done));
}

void Directory::is_of(model::Identity identity, model::UserId person, Done<bool> done) {
  // An id says by itself that it is another's, whether there is somebody or not.
  if (identity.kind == "user" && identity.value != std::to_string(person)) return done(false);
  auto key = key_of(identity);
  // What is remembered of others is not used: nobody is not remembered, and would take longer.
  if (remembered(key) == person) return done(true);
  ask(std::move(identity), std::move(key),
      [person, done = std::move(done)](base::Result<model::UserId> user) {
        if (!user) return done(user.error());
        done(*user == person);
      });
}

void Directory::learn(model::Identity known, model::Identity also, Done<bool> done) {
  store_.learn(std::move(known), std::move(also),
               [this, done = std::move(done)](base::Result<store::Nothing> answer) {
                 forget();
                 done(done_or_error(answer));
               });
}

void Directory::mark(model::Identity identity, std::string state, model::TimePoint until,
                     Done<bool> done) {
  store_.mark(std::move(identity), std::move(state), until,
              [done = std::move(done)](base::Result<store::Nothing> answer) {
                done(done_or_error(answer));
              });
}

void Directory::set_region(std::string region) {
  region_.with([&](std::string& value) { value = std::move(region); });
}

std::string Directory::region() const {
  return region_.with([](const std::string& value) { return value; });
}

void Directory::forget() {
  memory_.with([](Memory& memory) { memory = {{}, {}, memory.history}; });
}

void Directory::remember(const std::string& key, model::UserId user, uint64_t history) {
  memory_.with([&](Memory& memory) {
    if (memory.history != history) return;
    if (memory.index.contains(key)) return;
    if (memory.order.size() >= kRemembered) {
      memory.index.erase(memory.order.front().first);
      memory.order.pop_front();
    }
    memory.order.emplace_back(key, user);
    memory.index[key] = std::prev(memory.order.end());
  });
}

}  // namespace herald::directory
