// What every store test needs: a clock moved by hand, a folder that goes away, waiting for an
// answer, a tiny state machine. One thread per test; answers come from the store's threads and are
// handed over through promises. Never sleeps, never leaves files behind.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "store/store.hpp"

namespace herald::store::test {

using namespace std::chrono_literals;
using base::Code;
using model::TimePoint;

class ManualClock final : public base::Clock {
 public:
  TimePoint now() const override { return base::from_unix_us(us_); }
  base::MonoPoint mono() const override { return base::MonoPoint{base::Duration{us_}}; }
  void advance(base::Duration d) { us_ += d.count(); }

 private:
  std::atomic<int64_t> us_{1'752'487'200'123'456};  // 2025-07-14T10:00:00.123456Z
};

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "herald-store-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// An answer to come.
template <class T>
class Answer {
 public:
  Done<T> done() {
    return [promise = promise_](base::Result<T> result) { promise->set_value(std::move(result)); };
  }
  base::Result<T> get() {
    if (future_.wait_for(30s) != std::future_status::ready)
      throw std::runtime_error("the store gave no answer in 30 s");
    return future_.get();
  }

 private:
  std::shared_ptr<std::promise<base::Result<T>>> promise_ =
      std::make_shared<std::promise<base::Result<T>>>();
  std::future<base::Result<T>> future_ = promise_->get_future();
};

/// wait<Accepted>([&](auto done) { store.accept(n, done); })
template <class T, class F>
base::Result<T> wait(F&& call) {
  Answer<T> answer;
  call(answer.done());
  return answer.get();
}

/// Looks every 10 ms, for `limit` at most: for what a server does in its own time. Whether it came
/// true.
template <class F>
bool until(F&& is_true, std::chrono::steady_clock::duration limit = 20s) {
  for (const auto end = std::chrono::steady_clock::now() + limit; !is_true();
       std::this_thread::sleep_for(10ms))
    if (std::chrono::steady_clock::now() > end) return false;
  return true;
}

/// The value, or a failed test that names the error.
template <class T>
T value(base::Result<T> result) {
  if (!result) {
    ADD_FAILURE() << "unexpected error: " << result.error().message;
    throw std::runtime_error(result.error().message);
  }
  return std::move(*result);
}

/// Due starts an attempt; Completed ends it and waits, is retried, or ends by its outcome; receipts
/// raise evidence; the first Answered stands; Cancel ends; Redrive starts a new run. Throws for
/// RenderFailed, as the real one does for the impossible.
model::Decision small_decide(const model::Progress& progress, const model::Event& event,
                             const model::Chain& chain, TimePoint now);

model::ChainPtr some_chain(std::string first_channel = "webchat");
/// A fresh id; unique in this process.
std::string fresh_id();
/// A notification for user 1 by id, with everything filled in.
model::NewNotification some_notification(const base::Clock& clock, std::string user = "1");
model::NewItem some_item(model::UserId user, const std::string& notification,
                         std::string text = "Votre demande est prête.");
model::Outcome outcome(model::OutcomeKind kind, std::string provider_id = {});

}  // namespace herald::store::test
