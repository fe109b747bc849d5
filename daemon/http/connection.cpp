#include "http/connection.hpp"

#include <netinet/tcp.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include "http/exchange.hpp"
#include "http/origin.hpp"
#include "http/problem.hpp"

namespace herald::http {

namespace asio = boost::asio;
namespace web = model::web;
using boost::system::error_code;

namespace {
constexpr std::size_t kReadAhead = 24 * 1024;  ///< of what follows the request under way
constexpr std::size_t kDiscard = 1024 * 1024;  ///< of what a refused peer still sends
/// Bytes that the kernel takes for a peer beyond what is on its way to it. Else it takes megabytes
/// for one that does not read, and we learn late that it does not (tcp(7): TCP_NOTSENT_LOWAT).
constexpr int kUnsent = 128 * 1024;
constexpr std::string_view kMethods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}
}  // namespace

Connection::Connection(std::shared_ptr<Core> core, Socket socket, std::string peer,
                       std::string address_key)
    : core_(std::move(core)),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      address_key_(std::move(address_key)) {}

Connection::~Connection() {
  if (listed_) core_->registry.remove(this, address_key_);
}

void Connection::start() {
  core_->registry.add(this, weak_from_this());
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  using Unsent = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
  socket_.set_option(Unsent{kUnsent}, ignored);
  socket_.non_blocking(true, ignored);
  arm(core_->options.header_timeout);
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->run(); });
}

void Connection::arm(std::chrono::milliseconds timeout) {
  const auto at =
      timeout.count() == 0 ? 0 : (core_->clock.mono() + timeout).time_since_epoch().count();
  deadline_.store(at, std::memory_order_relaxed);
}

void Connection::consume(std::size_t n) {
  in_pos_ += n;
  if (in_pos_ < in_.size()) return;
  in_.clear();
  in_pos_ = 0;
}

void Connection::run() {
  if (running_ || phase_ == Phase::closed) return;
  const auto self = shared_from_this();  // a callback may drop the last other reference
  running_ = true;
  guarded([&] {
    while (step()) {
    }
    read_more();
  });
  running_ = false;
}

/// True when another step can be made with what is here.
bool Connection::step() {
  switch (phase_) {
    case Phase::head:
      return on_head();
    case Phase::body:
      return on_body();
    case Phase::greeting:
    case Phase::streaming:
      return socket_state_ && on_frames();
    case Phase::lingering:
      discarded_ += in_.size() - in_pos_;
      consume(in_.size() - in_pos_);
      if (eof_ || discarded_ > kDiscard) shut();
      return false;
    default:
      return false;
  }
}

void Connection::read_more() {
  if (reading_ || eof_ || phase_ == Phase::closed || in_.size() - in_pos_ >= kReadAhead) return;
  reading_ = true;
  socket_.async_read_some(asio::buffer(chunk_),
                          [self = shared_from_this()](const error_code& ec, std::size_t n) {
                            self->guarded([&] { self->on_read(ec, n); });
                          });
}

/// What else has arrived, up to what may be read ahead.
void Connection::read_rest(error_code& ec) {
  static thread_local std::array<char, 16 * 1024> more;
  const auto n = socket_.read_some(asio::buffer(more), ec);
  in_.append(more.data(), n);
}

void Connection::on_read(error_code ec, std::size_t n) {
  reading_ = false;
  if (phase_ == Phase::closed) return;
  if (n > 0) {
    if (phase_ == Phase::head && in_.empty()) arm(core_->options.header_timeout);
    if (in_pos_ > 0) {
      in_.erase(0, in_pos_);
      in_pos_ = 0;
    }
    in_.append(chunk_.data(), n);
    if (n == chunk_.size()) read_rest(ec);
  }
  if (ec && ec != asio::error::would_block) {
    eof_ = true;
    // A half-closed client still gets its answer, but nobody can vouch that somebody read it.
    if (phase_ == Phase::handling || phase_ == Phase::admitting) peer_gone_ = true;
    if (phase_ == Phase::streaming || ec != asio::error::eof) return shut();
  }
  run();
}

bool Connection::on_head() {
  const auto data = std::string_view{in_}.substr(in_pos_);
  if (data.empty()) {
    if (eof_ || core_->stopping) shut();
    return false;
  }
  switch (scan_.feed(data, core_->options.limits)) {
    case HeadScan::Found::more:
      if (eof_) shut();
      return false;
    case HeadScan::Found::refused:
      return refuse(scan_.refusal()), true;
    case HeadScan::Found::head:
      break;
  }
  const auto bytes = data.substr(scan_.begin(), scan_.end() - scan_.begin());
  started_ = core_->clock.mono();
  if (const auto refusal = examine_head(bytes, core_->options.limits, head_))
    return refuse(*refusal), true;
  open_request(head_);
  consume(scan_.end());
  if (core_->stopping) {
    auto response = problem(base::Code::unavailable, "Herald is stopping; try again in a moment.");
    close_after_ = true;
    reject(std::move(response));
    return true;
  }
  route_request();
  return true;
}

/// Copies what is needed out of the head. This is the snapshot that authentication sees: nothing
/// that comes with the body can change it. Names with an underscore are dropped, because they look
/// like others once a gateway maps them to variables.
void Connection::open_request(const Head& head) {
  request_ = {};
  method_ = head.method;
  host_ = head.host;
  framing_ = head.framing;
  content_length_ = head.content_length;
  expect_continue_ = head.expect_continue;
  minor_zero_ = head.minor_zero;
  close_after_ = !head.keep_alive;
  body_unread_ = framing_ != Framing::none;
  bytes_in_ = 0;
  route_.reset();
  cors_origin_.clear();
  renewed_cookie_.clear();

  request_.method = method_;
  request_.target = head.target;
  const auto question = head.path_query.find('?');
  request_.path = head.path_query.substr(0, question);
  if (question != std::string_view::npos) request_.query = head.path_query.substr(question + 1);
  request_.headers.reserve(head.fields.size());
  for (const auto& [name, value] : head.fields)
    if (name.find('_') == std::string_view::npos)
      request_.headers.emplace_back(to_lower(name), value);
  request_.peer = effective_peer(peer_, core_->proxies, request_.headers, forwarded_);
  if (!core_->options.allowed_origins.empty() &&
      origin_of(request_.headers, host_, core_->options.allowed_origins, false) == Origin::allowed)
    cors_origin_ = *head.only("origin");
}

void Connection::route_request() {
  if (request_.path == "*") {
    web::Response r{.status = 204};
    r.headers.emplace_back("Allow", kMethods);
    return reject(std::move(r));
  }
  auto match = core_->router.find(method_, request_.path);
  using Kind = Router::Match::Kind;
  if (match.kind == Kind::malformed) {
    close_after_ = true;
    return reject(problem(base::Code::invalid, match.problem));
  }
  if (match.kind == Kind::no_path)
    return reject(problem(base::Code::not_found, "Nothing is at this path."));
  if (match.kind == Kind::no_method) {
    if (method_ == "OPTIONS") return answer_options(match);
    auto r = problem(405U, "This path does not offer the method " + method_ + ".");
    r.headers.emplace_back("Allow", join(match.allowed));
    return reject(std::move(r));
  }
  route_ = std::move(match.route);
  request_.path = std::move(match.path);
  request_.params = std::move(match.params);
  if (framing_ == Framing::length && content_length_ > route_->max_body)
    return reject(problem(base::Code::too_large, "The body is larger than the " +
                                                     std::to_string(route_->max_body) +
                                                     " bytes allowed here."));
  admit();
}

/// Preflights of other origins (Fetch standard, section 3.2) and plain OPTIONS.
void Connection::answer_options(const Router::Match& match) {
  web::Response r{.status = 204};
  bool preflight = false;
  for (const auto& [name, value] : request_.headers)
    preflight = preflight || name == "access-control-request-method";
  if (preflight) {
    if (cors_origin_.empty())
      return reject(problem(base::Code::denied, "This origin is not allowed."));
    r.headers.emplace_back("Access-Control-Allow-Methods", join(match.allowed));
    r.headers.emplace_back("Access-Control-Allow-Headers",
                           "Authorization, Content-Type, Idempotency-Key, Last-Event-ID");
    r.headers.emplace_back("Access-Control-Max-Age", "600");
  }
  r.headers.emplace_back("Allow", join(match.allowed));
  reject(std::move(r));
}

void Connection::admit() {
  Identified caller;
  if (route_->access != web::Access::anyone) {
    caller = core_->authenticator.identify(request_.headers);
    // Handlers get the principal instead; what they do not have they cannot leak.
    std::erase_if(request_.headers,
                  [](const auto& h) { return h.first == "authorization" || h.first == "cookie"; });
  }
  bool development = false;
  if (core_->options.development && !forwarded_) {
    const auto peer = parse_address(peer_);
    development = peer && peer->is_loopback();
  }
  if (route_->websocket) return admit_socket(caller, development);
  auto verdict = judge(*route_, request_, caller, core_->directory,
                       {host_, core_->options.allowed_origins, development});
  if (is_limited(verdict.refusal)) return;
  if (verdict.refusal) return reject(std::move(*verdict.refusal));
  renewed_cookie_ = core_->authenticator.renewed(caller);
  if (!verdict.resolve) return begin_body();
  phase_ = Phase::admitting;
  arm(route_->timeout);
  const auto resolved = [self = shared_from_this(),
                         turn = turn_](base::Result<model::UserId> user) {
    asio::dispatch(self->socket_.get_executor(), [self, turn, user = std::move(user)] {
      self->guarded([&] { self->on_resolved(turn, user); });
    });
  };
  const auto& who = request_.who;
  if (who.kind != model::Principal::Kind::user || who.development)
    return core_->directory.resolve(std::move(*verdict.resolve), resolved);
  core_->directory.is_of(std::move(*verdict.resolve), who.user,
                         [resolved, own = who.user](base::Result<bool> is_own) {
                           if (!is_own) return resolved(is_own.error());
                           resolved(*is_own ? own : model::UserId{0});
                         });
}

/// Slows down those who guess credentials, and one person who asks too often; true when it has
/// answered.
bool Connection::is_limited(const std::optional<web::Response>& refusal) {
  const auto now = core_->clock.mono();
  const auto& who = request_.who;
  const bool guesses =
      refusal && refusal->status == 401 && !core_->failures.allow(request_.peer, now);
  const bool hurries = !refusal && who.kind == model::Principal::Kind::user && !who.development &&
                       !core_->persons.allow(std::to_string(who.user), now);
  if (!guesses && !hurries) return false;
  reject(problem(base::Code::limited, "Too many requests; try again in a moment."));
  return true;
}

void Connection::on_resolved(uint64_t turn, const base::Result<model::UserId>& user) {
  if (turn != turn_ || phase_ != Phase::admitting) return;
  if (socket_state_) return on_greeted(turn, user);
  if (auto refusal = judge_user(*route_, request_, user))
    reject(std::move(*refusal));
  else
    begin_body();
  run();
}

void Connection::begin_body() {
  if (framing_ == Framing::none) return dispatch();
  phase_ = Phase::body;
  arm(core_->options.body_timeout);
  if (framing_ == Framing::chunked)
    chunked_.emplace(route_->max_body);
  else
    request_.body.reserve(std::min<std::size_t>(content_length_, 64 * 1024));
  if (expect_continue_ && in_.empty()) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    error_code ec;
    socket_.write_some(asio::buffer(kContinue), ec);
    if (ec) shut();
  }
}

bool Connection::on_body() {
  const auto data = std::string_view{in_}.substr(in_pos_);
  bool done = false;
  if (framing_ == Framing::length) {
    const auto take = std::min<std::size_t>(data.size(), content_length_ - request_.body.size());
    request_.body.append(data.substr(0, take));
    consume(take);
    done = request_.body.size() == content_length_;
  } else {
    std::size_t used = 0;
    const auto state = chunked_->feed(data, request_.body, used);
    consume(used);
    if (state == Chunked::State::refused) return refuse(chunked_->refusal()), true;
    done = state == Chunked::State::done;
  }
  if (!done) {
    if (eof_) shut();
    return false;
  }
  body_unread_ = false;
  bytes_in_ = request_.body.size();
  dispatch();
  return true;
}

void Connection::dispatch() {
  phase_ = Phase::handling;
  body_unread_ = false;
  arm(route_->timeout);
  const auto exchange =
      std::make_shared<HttpExchange>(shared_from_this(), turn_, std::move(request_));
  const auto route = route_;
  try {
    route->handler(exchange);
  } catch (const std::bad_alloc&) {
    exchange->respond(problem(base::Code::unavailable, "There is no memory for this; try again."),
                      {});
  } catch (...) {
    // Nothing of the exception is shown: it may hold what only the log may know.
    exchange->respond(problem(base::Code::internal, "The handler of this path failed."), {});
  }
}

/// The answer to what cannot be trusted any further: nothing after it is read as a request.
void Connection::refuse(const Refusal& refusal) {
  ++core_->refused;
  if (method_.empty()) started_ = core_->clock.mono();
  close_after_ = true;
  body_unread_ = true;
  auto response = problem(refusal.status, refusal.why);
  if (refusal.status == 405) response.headers.emplace_back("Allow", kMethods);
  phase_ = Phase::handling;
  start_write(std::move(response));
}

/// An answer that the daemon gives itself. A body that was not read ends the connection.
void Connection::reject(web::Response response) {
  if (body_unread_) close_after_ = true;
  phase_ = Phase::handling;
  start_write(std::move(response));
}

void Connection::on_expired() {
  const auto deadline = deadline_.load(std::memory_order_relaxed);
  if (phase_ == Phase::closed || deadline == 0 ||
      core_->clock.mono().time_since_epoch().count() < deadline)
    return;
  switch (phase_) {
    case Phase::head:
      if (in_.empty()) return shut();
      return refuse({408, "The request's header did not arrive in time."});
    case Phase::body:
      return refuse({408, "The request's body did not arrive in time."});
    case Phase::greeting:
      return close_frames(kUnauthenticated, "no token came in time");
    case Phase::streaming:
      return socket_state_ && !flushing_ ? on_quiet() : shut();
    case Phase::admitting:
    case Phase::handling:
      if (socket_state_) return close_frames(kTryAgain, "no answer was ready in time");
      close_after_ = true;
      return reject(problem(base::Code::unavailable, "No answer was ready in time; try again."));
    default:
      return shut();
  }
}

void Connection::expire() {
  asio::post(socket_.get_executor(),
             [self = shared_from_this()] { self->guarded([&] { self->on_expired(); }); });
}

void Connection::interrupt() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if ((self->phase_ == Phase::head && self->in_.empty()) || self->phase_ == Phase::greeting)
      self->shut();
  });
}

void Connection::abort() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->shut(); });
}

}  // namespace herald::http
