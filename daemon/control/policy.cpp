#include "control/policy.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace herald::control {
namespace {

/// Debian's range of people's accounts (login.defs: UID_MIN, UID_MAX); above it lie systemd's
/// dynamic users and nobody.
constexpr uid_t kFirstPerson = 1000, kLastPerson = 60000;

bool is_person(uid_t uid) { return uid >= kFirstPerson && uid <= kLastPerson; }

bool member(const Peer& peer, const std::optional<gid_t>& group) {
  if (!group) return false;
  return peer.gid == *group ||
         std::find(peer.groups.begin(), peer.groups.end(), *group) != peer.groups.end();
}

std::vector<gid_t> groups_from_database(uid_t uid, gid_t gid) {
  std::vector<char> buffer(16 * 1024);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return {};
  int count = 64;
  std::vector<gid_t> groups(64);
  while (::getgrouplist(entry.pw_name, gid, groups.data(), &count) < 0) {
    if (count <= static_cast<int>(groups.size()) || count > 65536) return {};
    groups.resize(static_cast<std::size_t>(count));
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

constexpr auto kNeeds = std::to_array<std::pair<std::string_view, Rights>>({
    {"Explain", Rights::operate},
    {"Audit", Rights::administer},
    {"Send", Rights::operate},
    {"Show", Rights::operate},
    {"List", Rights::operate},
    {"Cancel", Rights::operate},
    {"DeadLetters", Rights::operate},
    {"Redrive", Rights::administer},
    {"Status", Rights::operate},
    {"Channels", Rights::operate},
    {"Nodes", Rights::operate},
    {"Monitor", Rights::operate},
    {"Pause", Rights::administer},
    {"Resume", Rights::administer},
    {"Webhooks", Rights::operate},
    {"WebhookMessages", Rights::operate},
    {"RedeliverWebhook", Rights::administer},
    {"CheckConfig", Rights::administer},
    {"Reload", Rights::administer},
    {"AddUser", Rights::administer},
    {"ShowUser", Rights::administer},
    {"CreateUserToken", Rights::administer},
    {"CreateServiceToken", Rights::administer},
    {"ListServiceTokens", Rights::administer},
    {"RevokeServiceToken", Rights::administer},
    {"RevokeUserTokens", Rights::administer},
});

}  // namespace

Rights rights_of(const Peer& peer, const Policy& policy) {
  if (peer.uid == 0 || member(peer, policy.admins)) return Rights::administer;
  if (peer.uid == policy.daemon)
    return is_person(policy.daemon) ? Rights::administer : Rights::operate;
  if (member(peer, policy.operators)) return Rights::operate;
  return Rights::none;
}

std::optional<Rights> rights_needed(std::string_view method) {
  for (const auto& [name, rights] : kNeeds)
    if (name == method) return rights;
  return std::nullopt;
}

base::Result<Peer> peer_of(int fd) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0)
    return base::fail(base::Code::internal,
                      std::string{"cannot read the peer's credentials: "} + std::strerror(errno));
  Peer peer{.uid = credentials.uid, .gid = credentials.gid, .pid = credentials.pid, .groups = {}};
  peer.groups.resize(64);
  for (int tries = 0; tries < 3; ++tries) {
    length = static_cast<socklen_t>(peer.groups.size() * sizeof(gid_t));
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &length) == 0) {
      peer.groups.resize(length / sizeof(gid_t));
      return peer;
    }
    if (errno != ERANGE) break;
    peer.groups.resize(length / sizeof(gid_t));
  }
  peer.groups = groups_from_database(peer.uid, peer.gid);
  return peer;
}

std::optional<gid_t> group_id(const std::string& name) {
  std::vector<char> buffer(64 * 1024);
  group entry{};
  group* found = nullptr;
  if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr)
    return std::nullopt;
  return entry.gr_gid;
}

}  // namespace herald::control
