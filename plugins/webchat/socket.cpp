#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "acknowledge.hpp"
#include "answering.hpp"
#include "handlers.hpp"
#include "problem.hpp"
#include "query.hpp"
#include "stream.hpp"
#include "strict_json.hpp"

// WebSocket: the batches of the event stream, and what the person does, over one connection.
namespace webchat {
namespace {

constexpr std::size_t kMostIds = 500;

class SocketWire final : public Wire {
 public:
  herald_status open(const herald::Exchange& to, const std::string& words) const override {
    if (const auto status = to.ws_accept(); status != HERALD_OK) return status;
    return to.ws_send(words);
  }
  herald_status send(const herald::Exchange& to, const std::string& words) const override {
    return to.ws_send(words);
  }
  void close(const herald::Exchange& to, End why) const override {
    const bool no_token = why == End::expired || why == End::revoked;
    to.ws_close(no_token ? 4401 : why == End::replaced ? 4409 : 4408, reason_of(why));
  }
  std::string batch(const std::string& json, const std::string&) const override {
    return R"({"type":"inbox",)" + json.substr(1);
  }
  std::string goodbye(const char* reason, const std::string& cursor) const override {
    return std::string{R"({"type":"end","reason":")"} + reason + R"(","cursor":")" + cursor +
           R"("})";
  }
  std::string heartbeat() const override { return {}; }
};

/// Answers one message of the client; `ref` is the client's own name for it.
class Reply {
 public:
  Reply(herald::Exchange to, const boost::json::object& message) : to_{std::move(to)} {
    if (const auto* ref = message.if_contains("ref"); ref != nullptr && ref->is_int64())
      ref_ = ref->get_int64();
  }
  // A client that does not read its answers does without.
  void done() const { send({{"type", "done"}}); }
  void error(std::string_view text) const { send({{"type", "error"}, {"message", text}}); }
  void answered(const Resolved& resolved) const {
    auto out = resolved.facts;
    out["type"] = resolved.http_status == 200 ? "done" : "error";
    out["message"] = resolved.message;
    send(std::move(out));
  }

 private:
  void send(boost::json::object out) const {
    if (ref_) out["ref"] = *ref_;
    to_.ws_send(boost::json::serialize(out));
  }
  herald::Exchange to_;
  std::optional<int64_t> ref_;
};

std::vector<uint64_t> ids_of(const boost::json::object& message) {
  std::vector<uint64_t> out;
  const auto* ids = message.if_contains("ids");
  if (ids == nullptr || !ids->is_array() || ids->get_array().size() > kMostIds) return out;
  for (const auto& id : ids->get_array()) {
    if (!id.is_int64() || id.get_int64() < 1) return {};
    out.push_back(static_cast<uint64_t>(id.get_int64()));
  }
  return out;
}

void told(const Reply& reply, herald_status status) {
  if (status == HERALD_OK)
    reply.done();
  else if (status == HERALD_E_NOT_FOUND)
    reply.error("no such notification in this inbox");
  else
    reply.error("that cannot be recorded now; try again in a moment");
}

void say(const Service& in, const herald::Exchange& to, const std::string& user,
         std::string_view text) {
  const auto message = parse_object(text);
  if (!message.value) return Reply{to, {}}.error("the message is " + message.problem);
  const Reply reply{to, *message.value};
  const auto string = [&](std::string_view key) {
    const auto* value = message.value->if_contains(key);
    return value != nullptr && value->is_string() ? std::string_view{value->get_string()}
                                                  : std::string_view{};
  };
  const auto type = string("type");
  if (type == "ack") {
    const auto cursor = parse_cursor(string("cursor"));
    if (!cursor) return reply.error("cursor is none of ours; send the newest one unchanged");
    acknowledge(in.host, to, *cursor,
                [reply, &feeds = in.feeds, user, cursor = *cursor](herald_status status) {
                  if (status == HERALD_OK) feeds.acknowledged(user, cursor);
                  told(reply, status);
                });
  } else if (type == "read") {
    const auto ids = ids_of(*message.value);
    if (ids.empty()) return reply.error("ids must be 1 to 500 ids of items");
    in.host.inbox_seen(to, ids, HERALD_SEEN_READ,
                       [reply](const herald::Done& done) { told(reply, done.status); });
  } else if (type == "answer") {
    const auto choice = read_choice(*message.value);
    if (!choice.value) return reply.error(choice.problem);
    resolve(in.host, to, *choice.value,
            [reply](const Resolved& resolved) { reply.answered(resolved); });
  } else if (type == "clear") {
    in.host.inbox_clear(to, 0, [reply](const herald::Done& done) { told(reply, done.status); });
  } else {
    reply.error("type must be ack, read, answer or clear");
  }
}

}  // namespace

const Wire& socket_wire() {
  static const SocketWire wire;
  return wire;
}

void socket(const Service& in, const herald::Incoming& request, const herald::Exchange& to) {
  const auto asked = single(request, "cursor");
  if (!asked.problem.empty()) return refuse(to, 400, asked.problem);
  const auto cursor = asked.value ? parse_cursor(*asked.value) : std::nullopt;
  if (!may_begin(in.feeds, to, cursor || !asked.value)) return;

  auto start = cursor;
  if (start) start->from = start->list = start->seq;
  const auto stream = std::make_shared<Stream>(in.feeds, socket_wire(), to, request, start);
  to.on_writable([stream](bool) { stream->writable(); });
  to.on_closed([stream](herald_status) { stream->closed(); });
  to.on_revoked([stream] { stream->end(End::revoked); });
  to.on_text([&in, to, user = request.user](std::string_view text) { say(in, to, user, text); });
  if (cursor) brought_back(in.host, request, to, *cursor);
  in.feeds.join(stream);
}

}  // namespace webchat
