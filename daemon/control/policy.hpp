#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace herald::control {

/// Who is at the other end of a connection, as the kernel says it (SO_PEERCRED, taken when the peer
/// connected).
struct Peer {
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  pid_t pid = 0;
  std::vector<gid_t> groups;  ///< supplementary; gid need not be among them
};

/// What a peer may do; each level includes the ones before.
enum class Rights {
  none,       ///< introspection only
  operate,    ///< send, show, list, cancel, status, channels, monitor; no message text
  administer  ///< everything
};

/// What decides. A group that does not exist on this machine is nullopt and gives nobody a right.
struct Policy {
  std::optional<gid_t> operators;  ///< group herald
  std::optional<gid_t> admins;     ///< group herald-admin
  uid_t daemon = 0;                ///< the daemon's own effective uid
};

/// Architecture section 9. uid 0 and the admins' group administer; the operators' group operates. A
/// daemon that runs as a person's own user (development, tests: a uid of 1000..60000) is
/// administered by that user; a daemon that runs as its system user is only operated by it, so that
/// a program that escaped into that user gets no tokens.
Rights rights_of(const Peer& peer, const Policy& policy);

/// What a method of io.herald needs; nullopt when there is none by that name.
std::optional<Rights> rights_needed(std::string_view method);

/// The peer of a connected Unix socket. Supplementary groups come from SO_PEERGROUPS; where the
/// kernel has none, from the user database (which may block).
base::Result<Peer> peer_of(int fd);

/// The id of a group by name.
std::optional<gid_t> group_id(const std::string& name);

}  // namespace herald::control
