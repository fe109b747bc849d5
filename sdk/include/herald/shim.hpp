// shim.hpp - the C face of one C++ plugin class: static functions, each behind the exception
// barrier.
#pragma once

#include <herald/plugin.hpp>

#include <algorithm>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {
namespace detail {

inline void put(herald_error* e, std::string_view text) noexcept {
  if (e == nullptr || !HERALD_HAS(e, text)) return;
  const auto n = std::min(text.size(), sizeof e->text);
  std::memcpy(e->text, text.data(), n);
  e->text_size = static_cast<uint32_t>(n);
}

/// Every function the host can reach runs inside this.
template <class F>
herald_status guard(herald_error* e, F&& f) noexcept {
  try {
    std::forward<F>(f)();
    return HERALD_OK;
  } catch (const Error& x) {
    put(e, x.what());
    return x.code() != HERALD_OK ? x.code() : HERALD_E_INTERNAL;
  } catch (const std::exception& x) {
    put(e, x.what());
  } catch (...) {
    put(e, "unknown exception");
  }
  return HERALD_E_INTERNAL;
}

}  // namespace detail

/// What the plugin says of itself; all literals, so that the descriptor is constant data.
struct About {
  std::string_view id = {}, name = {}, version = {};
  std::string_view license = {}, url = {}, description = {};
  std::string_view config_schema = R"({"type":"object"})";
  uint32_t flags = 0;  // HERALD_PLUGIN_IDEMPOTENT | ...
  uint32_t max_in_flight = 0, max_message_bytes = 0;
  std::string_view addresses = {};  // channel: "user", "whatsapp.user_id phone"
  std::string_view formats = {};    // channel: "text/markdown text/plain"
  uint32_t evidence = 0;            // channel: herald::evidence(HERALD_RECEIPT_DELIVERED, ...)
  uint16_t min_host_minor = 0;
};

/// The descriptor's evidence bits.
template <class... States>
constexpr uint32_t evidence(States... states) noexcept {
  return ((1u << static_cast<uint32_t>(states)) | ... | 0u);
}

template <class T>
struct Shim {
  static constexpr bool is_channel = std::is_base_of_v<Channel, T>;
  static constexpr bool is_template = std::is_base_of_v<Template, T>;
  static_assert(is_channel != is_template, "derive from herald::Channel or herald::Template");
  static constexpr std::string_view interface_id = is_channel ? HERALD_CHANNEL : HERALD_TEMPLATE;

  static T& self(herald_plugin* p) noexcept { return *static_cast<T*>(p->impl); }
  static detail::Link& link(herald_plugin* p) noexcept { return *host(p).link_; }
  static Host& host(herald_plugin* p) noexcept { return static_cast<Plugin&>(self(p)).host_; }

  /// Runs f(completion). When f throws, that status is the answer and the operation is not owed.
  template <class F>
  static herald_status owed(herald_plugin* p, herald_op op, herald_error* e, F&& f) noexcept {
    std::shared_ptr<detail::Promise> promise;
    const auto status = detail::guard(e, [&] {
      promise = std::make_shared<detail::Promise>(host(p).link_, op);
      f(Completion{promise});
    });
    if (!promise) return status;
    if (status == HERALD_OK)
      promise->returned();
    else
      promise->release();
    return status;
  }

  static herald_status deliver(herald_plugin* p, const herald_delivery* d,
                               herald_error* e) noexcept {
    return owed(p, d->op, e,
                [&](Completion done) { self(p).deliver(detail::delivery(*d), std::move(done)); });
  }
  static herald_status reconcile(herald_plugin* p, const herald_delivery* d, herald_str provider_id,
                                 herald_error* e) noexcept {
    return owed(p, d->op, e, [&](Completion done) {
      self(p).reconcile(detail::delivery(*d), view(provider_id), std::move(done));
    });
  }
  static herald_status catalog(herald_plugin* p, herald_op op, herald_error* e) noexcept {
    return owed(p, op, e, [&](Completion done) {
      auto out = Outcome::delivered();
      out.output.emplace_back(HERALD_OUTPUT_CATALOG, self(p).catalog());
      done(out);
    });
  }
  static herald_status render(herald_plugin* p, herald_op op, const herald_render* r,
                              herald_error* e) noexcept {
    return owed(p, op, e, [&](Completion done) {
      auto rendered = self(p).render(detail::render_request(*r));
      auto out = Outcome::delivered();
      out.output = std::move(rendered.parts);
      const auto add = [&](const char* key, std::string& value) {
        if (!value.empty()) out.output.emplace_back(key, std::move(value));
      };
      add(HERALD_OUTPUT_TITLE, rendered.title);
      add(HERALD_OUTPUT_TYPE, rendered.type);
      add(HERALD_OUTPUT_ACTIONS, rendered.actions_json);
      add(HERALD_OUTPUT_FIELDS, rendered.fields_json);
      add(HERALD_OUTPUT_VERSION, rendered.version);
      done(out);
    });
  }

  /// reconcile is NULL unless T overrides it: the host then does not ask.
  static constexpr auto reconcile_or_null() noexcept {
    using Fn = herald_status (*)(herald_plugin*, const herald_delivery*, herald_str, herald_error*);
    if constexpr (std::is_same_v<decltype(&T::reconcile), decltype(&Channel::reconcile)>)
      return Fn{nullptr};
    else
      return Fn{&Shim::reconcile};
  }

  static const void* table() noexcept {
    if constexpr (is_channel) {
      static constexpr herald_channel t{sizeof t, 0, &Shim::deliver, reconcile_or_null()};
      return &t;
    } else {
      static constexpr herald_template t{sizeof t, 0, &Shim::catalog, &Shim::render};
      return &t;
    }
  }

  static herald_status configure(herald_plugin* p, herald_str json, herald_error* e) noexcept {
    return detail::guard(e, [&] { self(p).configure(view(json)); });
  }
  static herald_status start(herald_plugin* p, herald_error* e) noexcept {
    return detail::guard(e, [&] { self(p).start(); });
  }
  static const void* get_interface(herald_plugin*, herald_str id) noexcept {
    return view(id) == interface_id ? table() : nullptr;
  }
  static void event(herald_plugin* p, const herald_event* ev) noexcept {
    herald_error why{sizeof why, 0, {}};
    const auto status = detail::guard(&why, [&] {
      if (link(p).dispatch(*ev)) return;
      if (ev->type == HERALD_EV_CANCEL)
        self(p).on_cancel(ev->id);
      else
        self(p).event(*ev);
    });
    if (status != HERALD_OK) complain(p, "an event callback threw an exception", why);
  }
  static void drain(herald_plugin* p, int64_t deadline) noexcept {
    herald_error why{sizeof why, 0, {}};
    if (detail::guard(&why, [&] { self(p).drain(deadline); }) != HERALD_OK)
      complain(p, "drain() threw an exception", why);
  }
  static void stop(herald_plugin* p) noexcept {
    herald_error why{sizeof why, 0, {}};
    if (detail::guard(&why, [&] { self(p).stop(); }) != HERALD_OK)
      complain(p, "stop() threw an exception", why);
    link(p).close();
  }
  static void destroy(herald_plugin* p) noexcept {
    link(p).close();  // also when start() was never reached
    delete &self(p);
    delete p;
  }
  static void complain(herald_plugin* p, std::string_view what, const herald_error& why) noexcept {
    (void)detail::guard(nullptr, [&] {
      host(p).error(what, {{"cause", std::string_view{why.text, why.text_size}}});
    });
  }

  static herald_status create(const herald_host* h, herald_str, herald_plugin** out,
                              herald_error* e) noexcept {
    return detail::guard(e, [&] {
      auto impl = std::make_unique<T>(Host{h});
      static_cast<Plugin&>(*impl).host_.link_->requests =
          [self = impl.get()](const Incoming& request, const Exchange& exchange) {
            static_cast<Plugin*>(self)->on_request(request, exchange);
          };
      *out = new herald_plugin{sizeof(herald_plugin),
                               0,
                               impl.get(),
                               &Shim::configure,
                               &Shim::start,
                               &Shim::drain,
                               &Shim::stop,
                               &Shim::destroy,
                               &Shim::event,
                               &Shim::get_interface};
      impl.release();
    });
  }

  static constexpr herald_descriptor describe(const About& a) noexcept {
    return {sizeof(herald_descriptor),
            a.flags,
            str(a.id),
            str(a.name),
            str(a.version),
            str(a.license),
            str(a.url),
            str(a.description),
            str(interface_id),
            str(a.config_schema),
            a.max_in_flight,
            a.max_message_bytes,
            str(a.addresses),
            str(a.formats),
            a.evidence,
            0};
  }
};

}  // namespace herald::inline v1
#pragma GCC visibility pop

/// Once per plugin, outside of any namespace:
///   HERALD_PLUGIN(MyChannel, .id = "org.example.mine", .name = "Mine", .version = "1.0.0",
///                 .addresses = "phone", .formats = "text/plain");
#define HERALD_PLUGIN(Class, ...)                                                                  \
  namespace {                                                                                      \
  constexpr ::herald::About herald_about_{__VA_ARGS__};                                            \
  constexpr herald_descriptor herald_descriptor_ = ::herald::Shim<Class>::describe(herald_about_); \
  constexpr const herald_descriptor* herald_descriptors_[] = {&herald_descriptor_};                \
  }                                                                                                \
  extern "C" {                                                                                     \
  HERALD_EXPORT extern constinit const herald_entry herald_entry_v1;                               \
  constinit const herald_entry herald_entry_v1 = {sizeof(herald_entry),                            \
                                                  HERALD_ABI_MAJOR,                                \
                                                  HERALD_ABI_MINOR,                                \
                                                  herald_about_.min_host_minor,                    \
                                                  0,                                               \
                                                  1,                                               \
                                                  herald_descriptors_,                             \
                                                  &::herald::Shim<Class>::create};                 \
  }                                                                                                \
  static_assert(true)
