// fake_host.hpp - a daemon in a test: runs one plugin instance in the test's own thread, without
// network, files or waiting, and checks that the plugin keeps the contract.
//
//   herald::testing::FakeHost host;
//   host.load();                                    // the plugin linked into this test
//   host.configure(R"({"url":"https://example.org"})");
//   host.start();
//   host.http.reply(herald::Response::plain("ok"));
//   const auto op = host.deliver({.id = "1", .recipient = "+237691924173"});
//   ASSERT_EQ(host.outcome(op)->result, HERALD_ACCEPTED);
//   EXPECT_TRUE(host.finish().empty());             // every rule was kept
#pragma once

#include <dlfcn.h>
#include <herald/testing/core.hpp>
#include <herald/testing/http.hpp>
#include <herald/testing/inbox.hpp>
#include <herald/testing/store.hpp>

#pragma GCC visibility push(hidden)
namespace herald::testing {

/// What a plugin function returned.
struct Status {
  herald_status code = HERALD_OK;
  std::string text{};
  bool ok() const noexcept { return code == HERALD_OK; }
};

class FakeHost {
 private:
  Loop loop_;

 public:
  FakeCore core{loop_};
  FakeStore store{loop_};
  FakeHttp http{loop_};
  FakeInbox inbox{loop_};

  /// `without`: interface ids this host shall not have, e.g. HERALD_HOST_INBOX.
  explicit FakeHost(std::string instance = "test", std::vector<std::string> without = {})
      : instance_{std::move(instance)}, host_{sizeof host_,   HERALD_ABI_MAJOR, HERALD_ABI_MINOR,
                                              &loop_,         str("fake"),      str("1.0.0"),
                                              str(instance_), &FakeHost::find} {
    loop_.without = std::move(without);
  }
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;
  ~FakeHost() {
    finish();
    if (library_ != nullptr) dlclose(library_);
  }

  // Life ------------------------------------------------------------------------------------------

  /// Makes an instance of the plugin that is linked into the test; `id` when it has several.
  Status load(const herald_entry& entry = herald_entry_v1, std::string_view id = {}) {
    if (plugin_ != nullptr) return {HERALD_E_STATE, "a plugin is already loaded"};
    if (entry.struct_size < sizeof(herald_entry) || entry.abi_major != HERALD_ABI_MAJOR)
      return {HERALD_E_UNSUPPORTED, "built for another ABI"};
    if (entry.min_host_minor > HERALD_ABI_MINOR)
      return {HERALD_E_UNSUPPORTED, "needs a newer host"};
    for (uint32_t i = 0; i < entry.descriptors_size; ++i)
      if (id.empty() || view(entry.descriptors[i]->id) == id) descriptor_ = entry.descriptors[i];
    if (descriptor_ == nullptr) return {HERALD_E_NOT_FOUND, "no such plugin in this library"};
    if (descriptor_->id.size == 0) return {HERALD_E_INVALID, "the descriptor has no id"};
    if (descriptor_->interfaces.size == 0)
      return {HERALD_E_INVALID, "the descriptor names no interface"};
    return call(
        [&](herald_error* e) { return entry.create(&host_, descriptor_->id, &plugin_, e); });
  }
  /// The same from a .so file, as the daemon loads it.
  Status load_file(const std::string& path) {
    library_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library_ == nullptr) return {HERALD_E_INVALID, dlerror()};
    const auto* entry = static_cast<const herald_entry*>(dlsym(library_, HERALD_ENTRY_SYMBOL));
    if (entry == nullptr) return {HERALD_E_INVALID, "not a Herald plugin"};
    return load(*entry);
  }
  Status configure(std::string_view json = "{}") {
    return call([&](herald_error* e) { return plugin_->configure(plugin_, str(json), e); });
  }
  /// start(), then everything it set off.
  Status start() {
    const auto status = call([&](herald_error* e) { return plugin_->start(plugin_, e); });
    run();
    return status;
  }
  void drain(int64_t within_ms = 30'000) {
    plugin_->drain(plugin_, loop_.now_unix_ms() + within_ms);
    run();
  }
  /// stop() and destroy(), once; from then on every host call is a violation.
  /// Returns all that went against the contract since load(). Empty is good.
  std::vector<std::string> finish() {
    if (plugin_ != nullptr) {
      plugin_->stop(plugin_);
      core.check_all_answered();
      loop_.stop();
      plugin_->destroy(plugin_);
      plugin_ = nullptr;
    }
    return loop_.violations();
  }
  const herald_descriptor& descriptor() const { return *descriptor_; }
  herald_plugin* plugin() const { return plugin_; }

  // Work ------------------------------------------------------------------------------------------

  /// deliver(), then everything it set off. When the call itself fails, last_status() says so.
  herald_op deliver(const Message& message, uint32_t attempt = 1) {
    return with_delivery(message, attempt, [&](const herald_delivery& d, herald_error* e) {
      return channel()->deliver(plugin_, &d, e);
    });
  }
  herald_op reconcile(const Message& message, std::string_view provider_id = {}) {
    return with_delivery(message, 1, [&](const herald_delivery& d, herald_error* e) {
      const auto* c = channel();
      return c->reconcile == nullptr ? HERALD_E_UNSUPPORTED
                                     : c->reconcile(plugin_, &d, str(provider_id), e);
    });
  }
  herald_op catalog() {
    return with_op(core.begin(), [&](herald_op op, herald_error* e) {
      return templates()->catalog(plugin_, op, e);
    });
  }
  herald_op render(const RenderRequest& r) {
    std::string formats;
    for (const auto& f : r.formats) formats += (formats.empty() ? "" : " ") + f;
    const herald_render c{sizeof c,      r.max_bytes,      str(r.kind),    str(r.params_json),
                          str(r.locale), str(r.time_zone), str(r.channel), str(formats)};
    return with_op(core.begin(), [&](herald_op op, herald_error* e) {
      return templates()->render(plugin_, op, &c, e);
    });
  }
  /// Null while the operation is open, or when the call itself failed.
  const Outcome* outcome(herald_op op) {
    const auto* found = core.find(op);
    return found != nullptr && found->outcome ? &*found->outcome : nullptr;
  }
  const Status& last_status() const { return last_status_; }
  void cancel(herald_op op) {
    send(Loop::event(HERALD_EV_CANCEL, op));
    run();
  }
  /// One HTTP request to the plugin's routes, until everything has come to rest.
  const Seen& request(std::string method, std::string target, Call call = {}) {
    const auto id = http.request(std::move(method), std::move(target), std::move(call));
    run();
    return http.seen(id);
  }

  // Time ------------------------------------------------------------------------------------------

  /// Sends events until none is left.
  void run() {
    for (int i = 0; loop_.step([this](const herald_event& ev) { send(ev); }); ++i)
      if (i == 100'000) return loop_.violation("the plugin keeps itself busy for ever");
  }
  /// Moves the clock; timers fire in order.
  void advance(std::chrono::milliseconds by) {
    core.advance(by.count(), [this] { run(); });
    run();
  }
  /// For plugins with threads: sends events until done() or until the (real) limit is over.
  template <class F>
  bool run_until(F&& done, std::chrono::milliseconds limit = std::chrono::seconds{10}) {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (run(); !done(); run()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      loop_.wait(std::chrono::milliseconds{20});
    }
    return true;
  }
  int64_t now_unix_ms() { return loop_.now_unix_ms(); }

  /// The next call of that host function fails: fail_next("append", HERALD_E_LIMIT).
  void fail_next(const std::string& function, herald_status status) {
    loop_.fail_next(function, status);
  }
  std::vector<std::string> violations() { return loop_.violations(); }
  /// For events no function here makes.
  void send(const herald_event& ev) {
    if (plugin_ != nullptr) plugin_->event(plugin_, &ev);
  }

 private:
  static const void* find(const herald_host* host, herald_str wanted) {
    const auto& without = Loop::of(host).without;
    const auto id = view(wanted);
    if (std::find(without.begin(), without.end(), id) != without.end()) return nullptr;
    if (id == HERALD_HOST_CORE) return FakeCore::table();
    if (id == HERALD_HOST_METRICS) return FakeCore::metrics_table();
    if (id == HERALD_HOST_HTTP) return FakeHttp::table();
    if (id == HERALD_HOST_INBOX) return FakeInbox::table();
    if (id == HERALD_HOST_RECEIPTS) return FakeStore::receipts_table();
    if (id == HERALD_HOST_ANSWERS) return FakeStore::answers_table();
    if (id == HERALD_HOST_DIRECTORY) return FakeStore::directory_table();
    if (id == HERALD_HOST_KV) return FakeStore::kv_table();
    if (id == HERALD_HOST_SUBMIT) return FakeStore::submit_table();
    return nullptr;
  }
  const herald_channel* channel() const {
    return static_cast<const herald_channel*>(plugin_->get_interface(plugin_, str(HERALD_CHANNEL)));
  }
  const herald_template* templates() const {
    return static_cast<const herald_template*>(
        plugin_->get_interface(plugin_, str(HERALD_TEMPLATE)));
  }

  template <class F>
  Status call(F&& f) {
    herald_error e{sizeof e, 0, {}};
    const auto code = f(&e);
    last_status_ = {code, {e.text, std::min<std::size_t>(e.text_size, sizeof e.text)}};
    return last_status_;
  }
  template <class F>
  herald_op with_op(herald_op op, F&& f) {
    run();  // what the test has set off before comes first
    if (!call([&](herald_error* e) { return f(op, e); }).ok()) core.refused(op);
    run();
    return op;
  }
  template <class F>
  herald_op with_delivery(const Message& m, uint32_t attempt, F&& f) {
    const v1::detail::KvView identities{m.identities}, fields{m.fields};
    const auto actions = v1::detail::actions(m.actions);
    std::vector<herald_part> parts;
    for (const auto& p : m.parts)
      parts.push_back({sizeof(herald_part), 0, str(p.mime), str(p.name), str(p.data)});
    const herald_message c{sizeof c,
                           m.priority,
                           str(m.id),
                           str(m.herald_id),
                           str(m.kind),
                           str(m.type),
                           str(m.recipient),
                           str(m.address_kind),
                           str(m.user),
                           identities.get(),
                           str(m.locale),
                           str(m.time_zone),
                           str(m.subject),
                           parts.data(),
                           parts.size(),
                           sizeof(herald_part),
                           str(m.params_json),
                           fields.get(),
                           actions.data(),
                           actions.size(),
                           sizeof(herald_action),
                           str(m.conversation),
                           m.created_unix_ms,
                           m.expires_unix_ms};
    const auto op = core.begin(m.user, m.herald_id);
    const auto attempt_id = "attempt-" + std::to_string(op);
    const herald_delivery d{sizeof d, attempt, op, str(attempt_id), 30'000, 0, &c};
    return with_op(op, [&](herald_op, herald_error* e) { return f(d, e); });
  }

  std::string instance_;
  herald_host host_;
  void* library_ = nullptr;
  const herald_descriptor* descriptor_ = nullptr;
  herald_plugin* plugin_ = nullptr;
  Status last_status_;
};

}  // namespace herald::testing
#pragma GCC visibility pop
