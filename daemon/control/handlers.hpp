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
  /// Sends a reply that is not the last (nothing: none), on any thread; false when the caller has
  /// gone.
  using Progress = std::function<bool(std::optional<Reply>)>;

  /// `version`: of the daemon, for GetInfo. `operations` must live until the last call was
  /// answered.
  Handlers(Operations& operations, std::string version);

  /// Calls `answer` exactly once, on any thread - or returns what to stream, and then never calls
  /// it. `progress` is called before that, and only for methods that tell how far they are.
  std::optional<MonitorQuery> call(const Caller& caller, Call call, Answer answer,
                                   Progress progress = {}) const;

 private:
  Reply introspect(const std::string& method, const boost::json::object& in) const;
  void start(const Caller& caller, const std::string& method, const boost::json::object& in,
             Answer answer, Progress progress) const;

  Operations& operations_;
  std::string version_;
  idl::Interface herald_, service_;
};

/// The Varlink error for an expected failure. `subject`: what the call was about, for NotFound.
Reply reply_of(const base::Error& error, const std::string& subject, const std::string& method);

}  // namespace herald::control
