#include "store/conformance.hpp"

namespace herald::store::test {
namespace {

std::vector<Pause> pauses(Store& store) {
  return value(wait<std::vector<Pause>>([&](auto done) { store.pauses(done); }));
}
std::vector<std::string> ids(const std::vector<model::Notification>& found) {
  std::vector<std::string> out;
  for (const auto& n : found) out.push_back(n.head.id);
  return out;
}

TEST_P(StoreConformance, APauseOutlivesARestartAndIsTakenBackOnce) {
  const Pause pause{"whatsapp", "provider's maintenance", "uid:0", clock.now()};
  value(wait<Nothing>([&](auto done) { store->put_pause(pause, done); }));
  auto again = pause;
  again.reason = "longer";
  value(wait<Nothing>([&](auto done) { store->put_pause(again, done); }));
  reopen();
  ASSERT_EQ(pauses(*store).size(), 1U);
  EXPECT_EQ(pauses(*store)[0].reason, "longer");
  EXPECT_EQ(pauses(*store)[0].by, "uid:0");
  EXPECT_EQ(pauses(*store)[0].since, clock.now());
  value(wait<Nothing>([&](auto done) { store->remove_pause("whatsapp", done); }));
  EXPECT_TRUE(pauses(*store).empty());
  const auto gone = wait<Nothing>([&](auto done) { store->remove_pause("whatsapp", done); });
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Code::not_found);
}

TEST_P(StoreConformance, NotesAreKeptByName) {
  EXPECT_EQ(value(wait<std::string>([&](auto done) { store->note("clock", done); })), "");
  for (const auto* text : {"first", "second"})
    value(wait<Nothing>([&](auto done) { store->put_note("clock", text, done); }));
  reopen();
  EXPECT_EQ(value(wait<std::string>([&](auto done) { store->note("clock", done); })), "second");
}

TEST_P(StoreConformance, WhatWaitsIsFoundByHandle) {
  const auto first = accepted(), second = accepted();
  const auto handles = value(wait<std::vector<int64_t>>([&](auto done) { store->waiting(done); }));
  ASSERT_EQ(handles.size(), 2U);
  auto asked = handles;
  asked.push_back(99'999);
  const auto found =
      value(wait<std::vector<model::Notification>>([&](auto done) { store->rows(asked, done); }));
  EXPECT_EQ(ids(found), (std::vector{first, second}));
}

TEST_P(StoreConformance, AUsersTimeZoneIsKept) {
  User user;
  user.id = 1;
  user.time_zone = "Europe/Paris";
  value(wait<User>([&](auto done) { store->put_user(user, done); }));
  user.time_zone.clear();
  value(wait<User>([&](auto done) { store->put_user(user, done); }));
  reopen();
  EXPECT_EQ(value(wait<User>([&](auto done) { store->user(1, done); })).time_zone, "Europe/Paris");
}

}  // namespace
}  // namespace herald::store::test
