#include "store/postgresql/listener.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>

#include "store/postgresql/connection.hpp"
#include "store/postgresql_server.hpp"

namespace herald::store::postgresql {
namespace {

using namespace std::chrono_literals;

/// What a listener told. Any thread.
class Heard {
 public:
  void add(const char* word) {
    const std::lock_guard lock{mutex_};
    words_.insert(word == nullptr ? "connected" : word);
    news_.notify_all();
  }
  /// It was told, or is before long: a word that is late would wait for the next one, which nobody
  /// says here.
  bool comes(const std::string& word) {
    std::unique_lock lock{mutex_};
    return news_.wait_for(lock, 20s, [&] { return words_.count(word) != 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable news_;
  std::set<std::string> words_;
};

class PostgresqlListener : public testing::Test {
 protected:
  static Address address() {
    Address out;
    out.conninfo =
        test::PostgresqlServer::shared().url().substr(std::string_view{"postgresql:"}.size());
    out.schema = "public";
    return out;
  }
  /// Another node says it; committed on return.
  void other_says(const std::string& word) {
    other_.ask("SELECT pg_notify('herald_nodes_' || md5('public'), '" + word + "')");
  }

  const Address address_ = address();
  Watchdog watchdog_;
  Connection other_{address_.conninfo, watchdog_};
  Heard heard_;
  Listener listener_{address_, watchdog_, Listener::Channel::nodes,
                     [this](const char* word) { heard_.add(word); }};
};

// What others say then comes with the answer to the listener's own statement, and its socket tells
// of nothing more. It gathers for 3 ms before that statement, so that the other is well within; one
// round would do, the others are for a machine that stops one of both for longer.
TEST_F(PostgresqlListener, WhatIsSaidWhileItSpeaksIsHeardWithoutAFurtherWord) {
  ASSERT_TRUE(heard_.comes("connected"));
  for (int round = 0; round < 20; ++round) {
    const auto own = "own" + std::to_string(round), others = "others" + std::to_string(round);
    listener_.say(own, "all");
    other_says(others);
    ASSERT_TRUE(heard_.comes(others)) << "round " << round;
    ASSERT_TRUE(heard_.comes(own)) << "round " << round;
  }
}

}  // namespace
}  // namespace herald::store::postgresql
