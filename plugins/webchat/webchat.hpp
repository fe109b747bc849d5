// webchat: the inbox of an application's own chat as a channel, and the HTTP API its widget speaks
// (docs/reference/webchat-api.md). Owns the API's forms; items, history and evidence are the
// host's. Runs on the instance's strand only. Never keeps state between requests, never answers
// "delivered".
#pragma once

#include <herald/herald.hpp>

namespace webchat {

class Webchat final : public herald::Channel {
 public:
  using Channel::Channel;

  /// There is nothing to set: anything but an empty object is refused.
  void configure(std::string_view json) override;
  /// Mounts the routes below the prefix that the configuration grants.
  void start() override;
  /// Appends to the inbox of the recipient; the host answers the operation together with the
  /// commit.
  void deliver(const herald::Delivery& delivery, herald::Completion done) override;
};

}  // namespace webchat
