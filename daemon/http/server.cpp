#include "http/server.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/memory.hpp"
#include "http/connection.hpp"

namespace herald::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 2\r\nConnection: "
    "close\r\n\r\n";
constexpr std::string_view kAddressFull =
    "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: 2\r\nConnection: "
    "close\r\n\r\n";

/// What a peer's connections are counted under: an IPv4 address, or the /64 that one IPv6 customer
/// has. Proxies: nothing.
std::string address_key(const Address& address, const Networks& proxies) {
  if (proxies.contains(address)) return {};
  const std::size_t n = address.is_v4() ? 16 : 8;
  return {reinterpret_cast<const char*>(address.bytes.data()), n};
}

}  // namespace

class Server::Listener : public std::enable_shared_from_this<Server::Listener> {
 public:
  Listener(asio::io_context& io, std::shared_ptr<Core> core)
      : core_(std::move(core)),
        io_(io),
        strand_(asio::make_strand(io)),
        acceptor_(strand_),
        sweep_(strand_),
        pause_(strand_) {}
  ~Listener() { drop_reserve(); }

  base::Result<uint16_t> listen() {
    auto& o = core_->options;
    auto proxies = Networks::parse(o.trusted_proxies);
    if (!proxies) return proxies.error();
    core_->proxies = std::move(*proxies);
    for (const auto& origin : o.allowed_origins)
      if (!(origin.starts_with("http://") || origin.starts_with("https://")) ||
          origin.ends_with('/') || origin.find('*') != origin.npos)
        return base::fail(base::Code::invalid,
                          origin + " is not an origin; write it like https://shop.example",
                          "allowed_origins");
    error_code ec;
    const auto address = asio::ip::make_address(o.address, ec);
    if (ec)
      return base::fail(
          base::Code::invalid,
          o.address + " is not an IP address to listen on; write 127.0.0.1 or ::", "address");
    const tcp::endpoint endpoint{address, o.port};
    acceptor_.open(endpoint.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address{true}, ec);
    if (!ec && address.is_v6()) acceptor_.set_option(asio::ip::v6_only{false}, ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(4096, ec);
    if (ec) {
      error_code ignored;
      acceptor_.close(ignored);
      return base::fail(base::Code::unavailable,
                        "cannot listen on " + o.address + ":" + std::to_string(o.port) + ": " +
                            ec.message() + "; is another process using the port?",
                        "port");
    }
    const auto port = acceptor_.local_endpoint(ec).port();
    take_reserve();
    asio::post(strand_, [self = shared_from_this()] {
      self->accept();
      self->sweep();
    });
    return port;
  }

  void stop_accepting() {
    asio::post(strand_, [self = shared_from_this()] {
      error_code ignored;
      self->acceptor_.close(ignored);
      self->pause_.cancel();
    });
  }
  void stop_sweeping() {
    asio::post(strand_, [self = shared_from_this()] {
      self->over_ = true;
      self->sweep_.cancel();
    });
  }
  const std::shared_ptr<Core>& core() const { return core_; }

 private:
  void accept() {
    if (!acceptor_.is_open()) return;
    acceptor_.async_accept(next_strand(), [self = self_from_this()](const error_code& ec,
                                                                    Socket socket) {
      try {
        self->on_accept(ec, std::move(socket));
      } catch (...) {
        self->pause();  // out of memory: the connection is dropped, accepting goes on in a moment
      }
    });
  }
  /// Boost 1.81: without memory for all of it, its destructor follows a pointer not yet set.
  Strand next_strand() {
    const base::BreaksOutOfMemory guard;
    return asio::make_strand(io_);
  }
  std::shared_ptr<Listener> self_from_this() { return shared_from_this(); }

  void on_accept(const error_code& ec, Socket socket) {
    if (!acceptor_.is_open() || core_->stopping) return;
    if (ec) {
      if (ec == asio::error::connection_aborted || ec == asio::error::try_again) return accept();
      if (ec == asio::error::no_descriptors || ec.value() == ENFILE) shed_one();
      return pause();
    }
    backoff_ = kFirstPause;
    admit(std::move(socket));
    accept();
  }

  void admit(Socket socket) {
    error_code ec;
    const auto remote = socket.remote_endpoint(ec);
    if (ec) return;
    auto address = remote.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
      address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    const auto text = address.to_string();
    const auto parsed = parse_address(text.substr(0, text.find('%')));
    auto key = parsed ? address_key(*parsed, core_->proxies) : text;
    const auto verdict =
        core_->registry.admit(key, core_->options.max_connections, core_->options.max_per_address);
    if (verdict != Registry::Verdict::admitted) {
      ++core_->refused_connections;
      socket.non_blocking(true, ec);
      socket.write_some(asio::buffer(verdict == Registry::Verdict::full ? kFull : kAddressFull),
                        ec);
      socket.shutdown(Socket::shutdown_send, ec);
      return;
    }
    ++core_->accepted;
    std::make_shared<Connection>(core_, std::move(socket), text, std::move(key))->start();
  }

  /// Without a free descriptor the kernel keeps the connection in its queue and would wake us for
  /// ever: the spare one is given up to take and close one connection, so that its peer hears
  /// something, and accepting rests for a while.
  void shed_one() {
    drop_reserve();
    const int fd =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      ++core_->refused_connections;
      ::close(fd);
    }
    take_reserve();
  }

  void pause() {
    ++core_->accept_pauses;
    pause_.expires_after(backoff_);
    backoff_ = std::min(backoff_ * 2, kLastPause);
    pause_.async_wait([self = shared_from_this()](const error_code& ec) {
      if (!ec) self->accept();
    });
  }

  void sweep() {
    if (over_) return;
    const auto& o = core_->options;
    const auto shortest = std::min(
        {o.header_timeout, o.body_timeout, o.idle_timeout, o.write_timeout, o.linger_timeout});
    sweep_.expires_after(
        std::clamp(shortest / 4, std::chrono::milliseconds{5}, std::chrono::milliseconds{250}));
    sweep_.async_wait([self = shared_from_this()](const error_code& ec) {
      if (ec || self->over_) return;
      try {
        const auto now = self->core_->clock.mono().time_since_epoch().count();
        for (const auto& connection : self->core_->registry.expired(now)) connection->expire();
      } catch (...) {
        ++self->core_->accept_pauses;  // out of memory: the next sweep finds them again
      }
      self->sweep();
    });
  }

  void take_reserve() { reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
  void drop_reserve() {
    if (reserve_ >= 0) ::close(reserve_);
    reserve_ = -1;
  }

  static constexpr std::chrono::milliseconds kFirstPause{20}, kLastPause{1000};
  const std::shared_ptr<Core> core_;
  asio::io_context& io_;
  Strand strand_;
  asio::basic_socket_acceptor<tcp, Strand> acceptor_;
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Strand>
      sweep_, pause_;
  std::chrono::milliseconds backoff_{kFirstPause};
  int reserve_ = -1;
  bool over_ = false;
};

Server::Server(asio::io_context& io, ServerOptions options, const Router& router,
               const Authenticator& authenticator, model::ports::Directory& directory,
               const base::Clock& clock)
    : listener_(std::make_shared<Listener>(
          io, std::shared_ptr<Core>(new Core{
                  std::move(options), {}, router, authenticator, directory, clock, {}}))) {}

Server::~Server() {
  interrupt();
  for (const auto& connection : listener_->core()->registry.all()) connection->abort();
  listener_->stop_sweeping();
  listener_->core()->closed = true;
}

base::Result<uint16_t> Server::listen() { return listener_->listen(); }

void Server::interrupt() {
  if (listener_->core()->stopping.exchange(true)) return;
  listener_->stop_accepting();
  for (const auto& connection : listener_->core()->registry.all()) connection->interrupt();
}

bool Server::drain(std::chrono::milliseconds deadline) {
  interrupt();
  auto& registry = listener_->core()->registry;
  for (const auto& connection : registry.all()) connection->end_stream();
  const bool all = registry.wait_empty(deadline);
  if (!all) {
    for (const auto& connection : registry.all()) connection->abort();
    registry.wait_empty(std::chrono::milliseconds{500});
  }
  listener_->stop_sweeping();
  return all;
}

Server::Stats Server::stats() const {
  const auto& core = *listener_->core();
  return {core.registry.size(), core.accepted, core.refused_connections,
          core.accept_pauses,   core.requests, core.refused};
}

}  // namespace herald::http
