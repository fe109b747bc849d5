#include "control/client.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace herald::control {

using base::Code;
using base::fail;

base::Result<Client> Client::connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return fail(Code::invalid, "the socket path \"" + path + "\" is empty or longer than 107 bytes",
                path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return fail(Code::internal, std::string{"cannot make a socket: "} + std::strerror(errno));
  Client client{fd};
  int connected = 0;
  do {
    connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } while (connected < 0 && errno == EINTR);
  if (connected == 0) return client;
  const int error = errno;
  if (error == EACCES || error == EPERM)
    return fail(Code::denied,
                "no permission to use " + path +
                    "; run as root or as a member of the group herald or herald-admin",
                path);
  return fail(Code::unavailable,
              "no daemon answers on " + path + " (" + std::strerror(error) +
                  "); is heraldd running? Another place: --socket PATH or HERALD_SOCKET",
              path);
}

Client::Client(Client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), frames_(std::move(other.frames_)) {}

Client& Client::operator=(Client&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(frames_, other.frames_);
  return *this;
}

Client::~Client() {
  if (fd_ >= 0) ::close(fd_);
}

void Client::set_timeout(std::chrono::milliseconds timeout) {
  timeval t{};
  t.tv_sec = timeout.count() / 1000;
  t.tv_usec = (timeout.count() % 1000) * 1000;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
}

base::Result<void> Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      return fail(Code::unavailable,
                  std::string{"the daemon closed the connection: "} + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

base::Result<Reply> Client::receive() {
  std::array<char, 65536> buffer;
  for (;;) {
    if (const auto frame = frames_.pop()) return parse_reply(*frame);
    const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return fail(Code::unavailable, "the daemon did not answer in time");
    if (n <= 0)
      return fail(Code::unavailable, "the daemon closed the connection before it answered");
    if (!frames_.push({buffer.data(), static_cast<std::size_t>(n)}))
      return fail(Code::unavailable, "the daemon's answer is over 16 MiB");
  }
}

base::Result<Reply> Client::call(const std::string& method, boost::json::object parameters) {
  const auto sent = send(encode(Call{.method = method, .parameters = std::move(parameters)}));
  // A daemon that refuses a connection says why before it closes: that answer is worth more than
  // the failed write.
  auto reply = receive();
  if (!reply && !sent) return sent.error();
  return reply;
}

base::Result<Reply> Client::stream(const std::string& method, boost::json::object parameters,
                                   const std::function<bool(const Reply&)>& each) {
  const auto sent =
      send(encode(Call{.method = method, .parameters = std::move(parameters), .more = true}));
  for (;;) {
    auto reply = receive();
    if (!reply && !sent) return sent.error();
    if (!reply || !reply->continues || !each(*reply)) return reply;
  }
}

}  // namespace herald::control
