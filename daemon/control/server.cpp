#include "control/server.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

#include "control/listener.hpp"
#include "control/session.hpp"

namespace herald::control {
namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;

/// Pause before the next accept when no descriptor is left, so that the loop does not spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

class Server::Core : public std::enable_shared_from_this<Server::Core> {
 public:
  Core(asio::io_context& context, Operations& operations, ServerOptions options)
      : options_(std::move(options)),
        strand_(asio::make_strand(context)),
        acceptor_(strand_),
        pause_(strand_),
        handlers_(std::make_shared<Handlers>(operations, options_.version)),
        operations_(operations) {
    if (!options_.warn) options_.warn = [](const std::string&) {};
  }
  ~Core() { drop_reserve(); }

  base::Result<void> listen() {
    auto opened = options_.inherited >= 0
                      ? Listener::adopt(options_.inherited)
                      : Listener::open(options_.path, options_.group, options_.warn);
    if (!opened) return opened.error();
    listener_ = std::move(*opened);
    if (!options_.group.empty()) policy_.operators = group_id(options_.group);
    if (!options_.admin_group.empty()) policy_.admins = group_id(options_.admin_group);
    policy_.daemon = ::geteuid();
    context_ = std::make_shared<Session::Context>(Session::Context{
        .handlers = handlers_,
        .operations = &operations_,
        .limits = options_.limits,
        .closed = [weak = weak_from_this()](const std::shared_ptr<Session>& session) {
          if (const auto self = weak.lock()) self->forget(session);
        }});
    take_reserve();
    boost::system::error_code error;
    acceptor_.assign(Protocol{}, listener_.release(), error);
    if (error)
      return base::fail(base::Code::internal, "cannot use the control socket: " + error.message());
    listening_ = true;
    asio::post(strand_, [self = shared_from_this()] { self->accept(); });
    return {};
  }

  void interrupt() {
    asio::post(strand_, [self = shared_from_this()] {
      if (std::exchange(self->stopping_, true)) return;
      boost::system::error_code ignored;
      self->acceptor_.close(ignored);
      self->pause_.cancel();
      self->listener_.remove_file();
      const auto sessions = self->sessions_;  // finish() may take a session out
      for (const auto& session : sessions) session->finish();
      self->tell();
    });
  }

  void join(std::chrono::milliseconds grace) {
    if (!listening_) return;
    const auto done = [this] { return done_; };
    std::unique_lock lock{mutex_};
    if (changed_.wait_for(lock, grace, done)) return;
    asio::post(strand_, [self = shared_from_this()] {
      const auto sessions = self->sessions_;
      for (const auto& session : sessions) session->close();
    });
    changed_.wait_for(lock, std::chrono::seconds{1}, done);
  }

 private:
  void accept() {
    if (stopping_) return;
    acceptor_.async_accept(strand_, [self = shared_from_this()](auto error, Socket socket) {
      if (self->stopping_) return;
      if (error == asio::error::no_descriptors ||
          error == boost::system::errc::too_many_files_open_in_system)
        return self->short_of_descriptors();
      if (!error) self->admit(std::move(socket));
      self->take_reserve();
      self->accept();
    });
  }

  /// Gives up the spare descriptor, so that an administrator still gets in when clients have taken
  /// all others.
  void short_of_descriptors() {
    if (reserve_ >= 0) {
      drop_reserve();
      return accept();
    }
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([self = shared_from_this()](auto error) {
      if (!error) self->accept();
    });
  }

  void admit(Socket socket) {
    auto peer = peer_of(socket.native_handle());
    if (!peer) return options_.warn(peer.error().message);
    if (sessions_.size() >= options_.limits.connections) {
      const auto refusal =
          encode(Reply{.error = "io.herald.Busy",
                       .parameters = {{"message", "too many connections; try again later"}}});
      ::send(socket.native_handle(), refusal.data(), refusal.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      return;
    }
    Caller caller{.peer = std::move(*peer), .rights = Rights::none};
    caller.rights = rights_of(caller.peer, policy_);
    const auto session = std::make_shared<Session>(std::move(socket), std::move(caller), context_);
    sessions_.insert(session);
    session->start();
  }

  void forget(const std::shared_ptr<Session>& session) {
    sessions_.erase(session);
    tell();
  }

  void tell() {
    if (!stopping_ || !sessions_.empty()) return;
    const std::lock_guard lock{mutex_};
    done_ = true;
    changed_.notify_all();
  }

  void take_reserve() {
    if (reserve_ < 0) reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  void drop_reserve() {
    if (reserve_ >= 0) ::close(std::exchange(reserve_, -1));
  }

  ServerOptions options_;
  Strand strand_;
  asio::basic_socket_acceptor<Protocol, Strand> acceptor_;
  asio::steady_timer pause_;
  std::shared_ptr<const Handlers> handlers_;
  Operations& operations_;
  Listener listener_;
  Policy policy_;
  std::shared_ptr<const Session::Context> context_;
  std::set<std::shared_ptr<Session>> sessions_;
  int reserve_ = -1;
  bool listening_ = false;  ///< listen() succeeded; only the owner's thread looks
  bool stopping_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;  ///< stopping, and no session is left
};

Server::Server(asio::io_context& context, Operations& operations, ServerOptions options)
    : core_(std::make_shared<Core>(context, operations, std::move(options))) {}

Server::~Server() {
  interrupt();
  join();
}

base::Result<void> Server::listen() { return core_->listen(); }
void Server::interrupt() { core_->interrupt(); }
void Server::join(std::chrono::milliseconds grace) { core_->join(grace); }

}  // namespace herald::control
