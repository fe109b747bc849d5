// How the writer reaches its server, and finds it again.
#include <algorithm>

#include "base/backoff.hpp"
#include "store/postgresql/session.hpp"
#include "store/postgresql/writer.hpp"

namespace herald::store::postgresql {
namespace {

using Kind = SqlError::Kind;

/// How long the connection may be idle until somebody looks whether it is still there.
constexpr std::chrono::seconds kIdleLook{2};
/// To ask costs little, and a standby that is promoted meanwhile is to be found soon.
constexpr base::Backoff kReopen{std::chrono::milliseconds{100}, std::chrono::seconds{1}};

}  // namespace

void Writer::failed() {
  writable_ = false;
  ++failures_;
  retry_at_ = clock_.mono() + kReopen.after(failures_, failures_);
}

base::Duration Writer::pause() const {
  if (writable_) return kIdleLook;
  return std::clamp<base::Duration>(retry_at_ - clock_.mono(), std::chrono::milliseconds{20},
                                    std::chrono::seconds{5});
}

void Writer::probe() {
  const bool was_writable = writable_;
  if (!was_writable && clock_.mono() < retry_at_) return;
  if (!ready()) return;
  try {
    if (was_writable)
      state_->db.ask("SELECT 1");
    else
      state_->probe();
    writable_ = true;
    failures_ = 0;
  } catch (const std::exception&) {
    state_.reset();
    failed();
    retry_at_ = was_writable ? clock_.mono() : retry_at_;  // the first time at once
  }
}

bool Writer::ready() {
  if (state_) return true;
  if (clock_.mono() < retry_at_) return false;
  try {
    state_ = open();
  } catch (const std::exception&) {
    failed();
  }
  return state_ != nullptr;
}

std::unique_ptr<WriteState> Writer::open() {
  auto connection = connect(address_, watchdog_, Use::write);
  if (const auto checked = check_server(*connection, address_); !checked)
    throw SqlError{Kind::unavailable, {}, checked.error().message};
  if (!take_store(*connection, address_))
    throw SqlError{Kind::unavailable, {}, "another heraldd uses the schema"};
  epoch_.settle(*connection, address_.lease.get());
  return std::make_unique<WriteState>(std::move(connection), settings_, decide_, clock_,
                                      address_.lease.get());
}

}  // namespace herald::store::postgresql
