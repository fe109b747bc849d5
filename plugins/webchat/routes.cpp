#include "handlers.hpp"
#include "long_poll.hpp"
#include "webchat.hpp"
#include "widget.hpp"

namespace webchat {
namespace {

// A text of 16 KiB in which every character is written as an escape of six bytes.
constexpr uint64_t kTestBody = 128 * 1024;
constexpr uint64_t kSmallBody = 4 * 1024;
constexpr uint64_t kAnswerBody = 32 * 1024;  // 4 KiB of text, each character an escape
constexpr uint64_t kSocketMessage = 16 * 1024;

struct Endpoint {
  const char* method;
  const char* path;
  herald_access access;
  const char* scope;
  uint64_t max_body;
  void (*handle)(const Service&, const herald::Incoming&, const herald::Exchange&);
  uint32_t flags = 0;
  std::chrono::seconds timeout{30};
};

// `poll` and `stream` are literal segments, which win over {user}: no user can be called so.
constexpr Endpoint kEndpoints[] = {
    {"GET", "/notifications/{user}", HERALD_ACCESS_PATH_USER, "inbox:read", 0, list},
    {"GET", "/notifications/poll/{user}", HERALD_ACCESS_PATH_USER, "inbox:read", 0, poll, 0,
     std::chrono::seconds{kLongestWait + 10}},
    {"GET", "/notifications/stream/{user}", HERALD_ACCESS_PATH_USER, "inbox:read", 0, event_stream,
     HERALD_ROUTE_STREAM},
    {"GET", "/ws", HERALD_ACCESS_ANY_USER, "", kSocketMessage, socket, HERALD_ROUTE_WEBSOCKET},
    {"POST", "/notifications/{user}/ack", HERALD_ACCESS_PATH_USER, "", kSmallBody, ack},
    {"POST", "/notifications/{user}/answer", HERALD_ACCESS_PATH_USER, "", kAnswerBody, answer},
    {"POST", "/notifications/{user}/mark-read", HERALD_ACCESS_PATH_USER, "inbox:read-for",
     kSmallBody, mark_read},
    {"POST", "/notifications/{user}/mark-read/{id}", HERALD_ACCESS_PATH_USER, "inbox:read-for",
     kSmallBody, mark_read},
    {"POST", "/notifications/{user}/clear", HERALD_ACCESS_PATH_USER, "inbox:read-for", kSmallBody,
     clear},
    {"POST", "/test-notification/{user}", HERALD_ACCESS_SERVICE, "notifications:send", kTestBody,
     test_notification},
    {"GET", "/widget.js", HERALD_ACCESS_ANYONE, "", 0, widget},
};

void mount(const Service& in, const Endpoint& e) {
  herald::Route route;
  route.methods = e.method;
  route.path = e.path;
  route.access = e.access;
  route.scope = e.scope;
  route.max_body = e.max_body;
  route.flags = e.flags;
  route.timeout = e.timeout;
  in.host.mount(
      route,
      [&in, handle = e.handle](const herald::Incoming& request, const herald::Exchange& exchange) {
        handle(in, request, exchange);
      },
      [host = in.host, &e](const herald::Done& mounted) {
        if (!mounted.ok())
          host.error("route refused; compare the prefix granted to this channel and its neighbours",
                     {{"path", e.path}, {"cause", mounted.error}});
      });
}

}  // namespace

void Webchat::start() {
  feeds_.start();
  for (const auto& endpoint : kEndpoints) mount(service_, endpoint);
}

herald::Response success(std::string json) {
  auto response = herald::Response::json(std::move(json));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace webchat
