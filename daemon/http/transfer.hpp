#pragma once

#include <curl/curl.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/client.hpp"

namespace herald::http {

/// One outbound request from its acceptance to its `done`. Client thread only, after it was queued.
class Transfer {
 public:
  using Clock = std::chrono::steady_clock;

  Transfer(uint64_t handle, model::web::FetchRequest request,
           std::function<void(model::web::FetchResult)> done)
      : handle_(handle),
        request_(std::move(request)),
        done_(std::move(done)),
        deadline_(Clock::now() + request_.timeout) {}
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Prepares the libcurl handle. Otherwise what is wrong with the request.
  std::string prepare(const ClientOptions& options);
  CURL* easy() const { return easy_; }
  uint64_t handle() const { return handle_; }
  Clock::time_point deadline() const { return deadline_; }
  /// Host and port as the URL spells them.
  std::string_view authority() const;

  /// Calls `done`, once: with what libcurl says about the ended transfer, or with a failure before
  /// or instead of it.
  void finish(CURLcode code);
  void fail(std::string error, bool cancelled, bool timed_out);

 private:
  static std::size_t on_body(char* data, std::size_t size, std::size_t n, void* self);
  static std::size_t on_header(char* data, std::size_t size, std::size_t n, void* self);
  static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static std::size_t on_read(char* out, std::size_t size, std::size_t n, void* self);
  bool anything_sent() const;
  bool set_method();
  void call(model::web::FetchResult result);

  const uint64_t handle_;
  model::web::FetchRequest request_;
  std::function<void(model::web::FetchResult)> done_;
  const Clock::time_point deadline_;
  CURL* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  std::size_t sent_ = 0, header_bytes_ = 0;
  bool too_large_ = false, forbidden_ = false;
  std::function<bool(const Address&)> may_connect_;
  model::web::FetchResult result_;
};

}  // namespace herald::http
