#pragma once

#include <functional>
#include <optional>
#include <string>

#include "control/idl.hpp"
#include "control/operations.hpp"
#include "control/policy.hpp"
#include "control/wire.hpp"

namespace herald::control {

/// Who calls.
struct Caller {
  Peer peer;
  Rights rights = Rights::none;
};

/// From a call to its answer: rights, then the shape by the interface description, then the
/// operation. Knows no socket. Immutable after construction; call() comes on one strand.
class Handlers {
 public:
  using Answer = std::function<void(Reply)>;

  /// `version`: of the daemon, for GetInfo. `operations` must live until the last call was
  /// answered.
  Handlers(Operations& operations, std::string version);

  /// Calls `answer` exactly once, on any thread - or returns what to stream, and then never calls
  /// it.
  std::optional<MonitorQuery> call(const Caller& caller, Call call, Answer answer) const;

 private:
  Reply introspect(const std::string& method, const boost::json::object& in) const;
  void start(const Caller& caller, const std::string& method, const boost::json::object& in,
             Answer answer) const;

  Operations& operations_;
  std::string version_;
  idl::Interface herald_, service_;
};

/// The Varlink error for an expected failure. `subject`: what the call was about, for NotFound.
Reply reply_of(const base::Error& error, const std::string& subject, const std::string& method);

}  // namespace herald::control
