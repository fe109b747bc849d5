#include "acknowledge.hpp"
#include "handlers.hpp"
#include "problem.hpp"
#include "query.hpp"
#include "stream.hpp"

// Server-sent events (WHATWG HTML, section 9.2).
namespace webchat {
namespace {

class EventWire final : public Wire {
 public:
  herald_status open(const herald::Exchange& to, const std::string& words) const override {
    // The last field is for a reverse proxy that would collect the answer.
    return to.begin({200,
                     {{"Content-Type", "text/event-stream; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"X-Accel-Buffering", "no"}},
                     "retry: 2000\n\n" + words});
  }
  herald_status send(const herald::Exchange& to, const std::string& words) const override {
    return to.write(words);
  }
  void close(const herald::Exchange& to, End) const override { to.end(); }
  // JSON has no line break outside of its escapes, so one data line holds it.
  std::string batch(const std::string& json, const std::string& cursor) const override {
    return "id: " + cursor + "\ndata: " + json + "\n\n";
  }
  std::string goodbye(const char* reason, const std::string& cursor) const override {
    return "event: end\ndata: {\"reason\":\"" + std::string{reason} + "\",\"cursor\":\"" + cursor +
           "\"}\n\n";
  }
  std::string heartbeat() const override { return ":\n\n"; }
};

/// Where the client stands. The browser's own Last-Event-ID is newer than what the page asked with.
/// One that says nothing here begins anew, for a browser cannot be told better.
std::optional<Cursor> resume(const herald::Incoming& request, Checked<std::string_view> asked) {
  if (const auto last = request.header("last-event-id"); !last.empty())
    return parse_cursor(last).value_or(Cursor{~uint64_t{0}, 0, 0, 0});
  return asked.value ? parse_cursor(*asked.value) : std::nullopt;
}

}  // namespace

const Wire& event_wire() {
  static const EventWire wire;
  return wire;
}

void event_stream(const Service& in, const herald::Incoming& request, const herald::Exchange& to) {
  const auto asked = single(request, "cursor");
  if (!asked.problem.empty()) return refuse(to, 400, asked.problem);
  const auto cursor = resume(request, asked);
  if (!may_begin(in.feeds, to, cursor || !asked.value)) return;
  if (request.method != "GET")
    return (void)to.respond({200, {{"Content-Type", "text/event-stream; charset=utf-8"}}, {}});

  auto start = cursor;
  if (start) start->from = start->list = start->seq;
  const auto stream = std::make_shared<Stream>(in.feeds, event_wire(), to, request, start);
  to.on_writable([stream](bool) { stream->writable(); });
  to.on_closed([stream](herald_status) { stream->closed(); });
  to.on_revoked([stream] { stream->end(End::revoked); });
  if (cursor) brought_back(in.host, request, to, *cursor);
  in.feeds.join(stream);
}

}  // namespace webchat
