#include "http/transfer.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/text.hpp"
#include "http/head.hpp"
#include "http/reach.hpp"

namespace herald::http {

using model::web::FetchResult;

namespace {

constexpr std::size_t kMaxHeaders = 64 * 1024;

/// Failures that end a connection attempt before a request can have been written.
bool is_before_request(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return true;
    default:
      return false;
  }
}

/// Failures that may hide a request the other side acted upon.
bool is_after_request(CURLcode code) {
  switch (code) {
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_FAIL_REWIND:
      return true;
    default:
      return false;
  }
}

bool is_clean(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u == '\t' || (u >= 0x20 && u != 0x7f);
  });
}

bool has_scheme(std::string_view url, std::string_view scheme) {
  return url.size() > scheme.size() && equal_ignoring_case(url.substr(0, scheme.size()), scheme);
}

}  // namespace

Transfer::~Transfer() {
  if (easy_ != nullptr) curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
}

std::string_view Transfer::authority() const {
  std::string_view rest = request_.url;
  if (const auto scheme = rest.find("://"); scheme != rest.npos) rest.remove_prefix(scheme + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t n, void* self) {
  auto& t = *static_cast<Transfer*>(self);
  const auto bytes = size * n;
  if (t.result_.body.size() + bytes > t.request_.max_response) {
    t.too_large_ = true;
    return CURL_WRITEFUNC_ERROR;
  }
  t.result_.body.append(data, bytes);
  return bytes;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t n, void* self) {
  auto& t = *static_cast<Transfer*>(self);
  const std::string_view line{data, size * n};
  t.header_bytes_ += line.size();
  if (t.header_bytes_ > kMaxHeaders) {
    t.too_large_ = true;
    return CURL_WRITEFUNC_ERROR;
  }
  if (line.starts_with("HTTP/"))
    t.result_.headers.clear();  // after an interim answer the final one begins
  if (const auto colon = line.find(':');
      colon != std::string_view::npos && !line.starts_with("HTTP/"))
    t.result_.headers.emplace_back(to_lower(line.substr(0, colon)),
                                   base::trim(line.substr(colon + 1)));
  return line.size();
}

std::size_t Transfer::on_read(char* out, std::size_t size, std::size_t n, void* self) {
  auto& t = *static_cast<Transfer*>(self);
  const auto take = std::min(size * n, t.request_.body.size() - t.sent_);
  std::memcpy(out, t.request_.body.data() + t.sent_, take);
  t.sent_ += take;
  return take;
}

curl_socket_t Transfer::on_socket(void* self, curlsocktype, curl_sockaddr* a) {
  auto& t = *static_cast<Transfer*>(self);
  const auto address = address_of(a->addr);
  if (!address || !t.may_connect_(*address)) {
    t.forbidden_ = true;
    return CURL_SOCKET_BAD;  // libcurl goes on to the name's next address
  }
  return ::socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

bool Transfer::set_method() {
  const auto& method = request_.method;
  const bool repeatable = (method == "GET" || method == "HEAD") && !request_.once;
  if (method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  } else if (method != "GET" || !request_.body.empty()) {
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
    // No SEEKFUNCTION: then libcurl cannot rewind, and ends with error 65 instead of sending again.
    curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &Transfer::on_read);
    curl_easy_setopt(easy_, CURLOPT_READDATA, this);
  }
  if (!repeatable && request_.body.empty()) curl_easy_setopt(easy_, CURLOPT_FRESH_CONNECT, 1L);
  return method == "HEAD" ||
         curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, method.c_str()) == CURLE_OK;
}

std::string Transfer::prepare(const ClientOptions& options) {
  if (!has_scheme(request_.url, "http://") && !has_scheme(request_.url, "https://"))
    return "only http and https URLs can be fetched";
  if (!is_clean(request_.url) || request_.url.find(' ') != std::string::npos)
    return "the URL has a space or a control byte";
  if (!is_token(request_.method)) return "the method is not a token";
  easy_ = curl_easy_init();
  if (easy_ == nullptr) return "libcurl has no memory";
  bool has_type = false;
  const auto add = [&](const std::string& line) {
    auto* next = curl_slist_append(headers_, line.c_str());
    if (next != nullptr) headers_ = next;
    return next != nullptr;
  };
  for (const auto& [name, value] : request_.headers) {
    if (!is_token(name) || !is_clean(value))
      return "the header field " + base::escape_control(name) + " is malformed";
    has_type = has_type || equal_ignoring_case(name, "content-type");
    if (!add(value.empty() ? name + ";" : name + ": " + value)) return "libcurl has no memory";
  }
  // Without the second libcurl would call every body a form.
  if (!add("Expect:") || (!has_type && !add("Content-Type:"))) return "libcurl has no memory";

  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
  if (left.count() <= 0) return "the request waited too long in the queue";
  bool all_set = true;
  const auto set = [&](CURLoption option, auto value) {
    all_set = curl_easy_setopt(easy_, option, value) == CURLE_OK && all_set;
  };
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
  set(CURLOPT_PROXY, options.proxy.c_str());
  set(CURLOPT_NOSIGNAL, 1L);
  // Without it the end of a transfer whose name is still being looked up waits for that, and with
  // it everybody's thread. The look-up ends by itself, on a thread that libcurl lets go.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::min(left, options.connect_timeout).count()));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_USERAGENT, options.user_agent.c_str());
  set(CURLOPT_HTTPHEADER, headers_);
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_PRIVATE, this);
  if (options.may_connect) {
    may_connect_ = options.may_connect;
    set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_socket);
    set(CURLOPT_OPENSOCKETDATA, this);
  }
  // Only for want of memory; then the request would not be the one that was asked for.
  if (!set_method() || !all_set) return "libcurl has no memory";
  return {};
}

/// libcurl counts the bytes of a request as it writes them.
bool Transfer::anything_sent() const {
  long bytes = 0;
  if (easy_ != nullptr) curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0 || sent_ > 0;
}

void Transfer::finish(CURLcode code) {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  result_.status = static_cast<unsigned>(std::max(status, 0L));
  if (code == CURLE_OK) {
    result_.reached = FetchResult::Reached::answered;
    return call(std::move(result_));
  }
  const bool sent = !is_before_request(code) && (is_after_request(code) || anything_sent());
  result_.reached = sent ? FetchResult::Reached::maybe_sent : FetchResult::Reached::nothing_sent;
  result_.timed_out = code == CURLE_OPERATION_TIMEDOUT;
  result_.body.clear();
  // libcurl's own text about the transfer may quote the URL; the text of the code does not.
  result_.error =
      forbidden_ && code == CURLE_COULDNT_CONNECT
          ? "the host has an address that is not public; outbound.allow may admit it"
      : too_large_ ? "the answer is larger than " + std::to_string(request_.max_response) + " bytes"
                   : std::string{curl_easy_strerror(code)} + " (curl " + std::to_string(code) + ")";
  call(std::move(result_));
}

void Transfer::fail(std::string error, bool cancelled, bool timed_out) {
  FetchResult result;
  result.reached =
      anything_sent() ? FetchResult::Reached::maybe_sent : FetchResult::Reached::nothing_sent;
  result.error = std::move(error);
  result.cancelled = cancelled;
  result.timed_out = timed_out;
  call(std::move(result));
}

void Transfer::call(FetchResult result) {
  const auto done = std::exchange(done_, nullptr);
  if (!done) return;
  try {
    done(std::move(result));
  } catch (...) {
    return;  // a caller's failure must not end the thread that all callers share
  }
}

}  // namespace herald::http
