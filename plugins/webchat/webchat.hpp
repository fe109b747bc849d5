// webchat: the inbox of an application's own chat as a channel, and the HTTP API its widget speaks
// (docs/reference/webchat-api.md). Owns the API's forms; items, history and evidence are the
// host's. Runs on the instance's strand only. Knows who waits, and keeps nothing else between
// requests; never answers "delivered".
#pragma once

#include <herald/herald.hpp>

#include "handlers.hpp"

namespace webchat {

class Webchat final : public herald::Channel {
 public:
  using Channel::Channel;

  /// streams, streams_per_user: how many clients may wait. Anything else is refused.
  void configure(std::string_view json) override;
  /// Mounts the routes below the prefix that the configuration grants.
  void start() override;
  /// Appends to the inbox of the recipient; the host answers the operation together with the
  /// commit.
  void deliver(const herald::Delivery& delivery, herald::Completion done) override;

 private:
  Feeds feeds_{host()};
  const Service service_{host(), feeds_};
};

}  // namespace webchat
