#include "http/websocket.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "base/text.hpp"

namespace herald::http {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kMaxControl = 125;

std::string base64(const unsigned char* bytes, std::size_t n) {
  std::string out(4 * ((n + 2) / 3) + 1, '\0');
  out.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes, static_cast<int>(n))));
  return out;
}

/// The only value of a field.
std::string_view only(const model::web::Request& request, std::string_view name) {
  std::string_view found;
  for (const auto& [field, value] : request.headers) {
    if (field != name) continue;
    if (!found.empty()) return {};
    found = value;
  }
  return found;
}

bool has_word(const model::web::Request& request, std::string_view name, std::string_view word) {
  return std::any_of(request.headers.begin(), request.headers.end(), [&](const auto& h) {
    if (h.first != name) return false;
    const auto parts = base::split(h.second, ',');
    return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
      return equal_ignoring_case(base::trim(part), word);
    });
  });
}

/// Base64 of 16 bytes.
bool is_key(std::string_view key) {
  return key.size() == 24 && key.ends_with("==") &&
         std::all_of(key.begin(), key.end() - 2,
                     [](char c) {
                       return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                              (c >= '0' && c <= '9') || c == '+' || c == '/';
                     }) &&
         std::string_view{"AQgw"}.find(key[21]) != std::string_view::npos;
}

bool is_close_code(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

Frames::Message failed(unsigned code) { return {Frames::Kind::failed, {}, code}; }

Frames::Message read_close(std::string_view payload) {
  if (payload.empty()) return {Frames::Kind::close, {}, kNormal};
  if (payload.size() == 1) return failed(kProtocol);
  const auto code = static_cast<unsigned>(static_cast<unsigned char>(payload[0]) << 8 |
                                          static_cast<unsigned char>(payload[1]));
  if (!is_close_code(code)) return failed(kProtocol);
  if (!base::is_utf8(payload.substr(2))) return failed(kNotUtf8);
  return {Frames::Kind::close, {}, code};
}

}  // namespace

std::optional<Refusal> examine_handshake(const model::web::Request& request, bool minor_zero) {
  if (minor_zero || !has_word(request, "upgrade", "websocket") ||
      !has_word(request, "connection", "upgrade"))
    return Refusal{400, "This path speaks WebSocket; ask for an upgrade over HTTP/1.1."};
  if (only(request, "sec-websocket-version") != "13")
    return Refusal{400, "Sec-WebSocket-Version must be 13."};
  if (!is_key(only(request, "sec-websocket-key")))
    return Refusal{400, "Sec-WebSocket-Key must be 16 bytes in base64, once."};
  return {};
}

std::string accept_of(const model::web::Request& request) {
  const auto text = std::string{only(request, "sec-websocket-key")} + std::string{kGuid};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  // SHA-1 because the protocol says so; nothing is protected by it.
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return base64(digest.data(), size);
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
  out += static_cast<char>(0x80 | static_cast<uint8_t>(opcode));
  const auto n = payload.size();
  const int bytes = n < 126 ? 0 : n <= 0xffff ? 2 : 8;
  out += static_cast<char>(bytes == 0 ? n : bytes == 2 ? 126 : 127);
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>((n >> (8 * i)) & 0xff);
  out += payload;
}

std::string close_payload(unsigned code, std::string_view reason) {
  std::string out;
  out += static_cast<char>(code >> 8);
  out += static_cast<char>(code & 0xff);
  out += reason.substr(0, kMaxControl - 2);
  return out;
}

std::size_t Frames::read_header(std::string_view data, unsigned& failure) {
  if (data.size() < 2) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(data[i]); };
  opcode_ = static_cast<Opcode>(byte(0) & 0x0f);
  final_ = (byte(0) & 0x80) != 0;
  const bool control = (byte(0) & 0x08) != 0;
  const unsigned short_length = byte(1) & 0x7f;
  const std::size_t extra = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  const bool known =
      opcode_ <= Opcode::binary || (opcode_ >= Opcode::close && opcode_ <= Opcode::pong);
  if ((byte(0) & 0x70) != 0 || !known || (byte(1) & 0x80) == 0 ||
      (control && (!final_ || extra != 0)))
    return failure = kProtocol, 0;
  if (!control && fragmented_ != (opcode_ == Opcode::more)) return failure = kProtocol, 0;
  if (opcode_ == Opcode::binary) return failure = kUnsupported, 0;
  if (data.size() < 2 + extra + 4) return 0;
  left_ = short_length;
  if (extra != 0) {
    left_ = 0;
    for (std::size_t i = 0; i < extra; ++i) left_ = left_ << 8 | byte(2 + i);
    if (left_ < (extra == 2 ? 126U : 65'536U) || left_ > INT64_MAX) return failure = kProtocol, 0;
  }
  if (!control && left_ > max_ - std::min(max_, message_.size())) return failure = kTooLarge, 0;
  for (std::size_t i = 0; i < 4; ++i) mask_[i] = byte(2 + extra + i);
  taken_ = 0;
  return 2 + extra + 4;
}

Frames::Message Frames::finish_frame() {
  in_frame_ = false;
  switch (opcode_) {
    case Opcode::ping:
      return {Kind::ping, std::exchange(control_, {}), 0};
    case Opcode::pong:
      control_.clear();
      return {Kind::pong, {}, 0};
    case Opcode::close:
      return read_close(std::exchange(control_, {}));
    default:
      fragmented_ = !final_;
      if (fragmented_) return {};
      if (!base::is_utf8(message_)) return failed(kNotUtf8);
      return {Kind::text, std::exchange(message_, {}), 0};
  }
}

Frames::Message Frames::feed(std::string_view data, std::size_t& used) {
  used = 0;
  while (true) {
    if (!in_frame_) {
      unsigned failure = 0;
      const auto header = read_header(data.substr(used), failure);
      if (failure != 0) return failed(failure);
      if (header == 0) return {};
      used += header;
      in_frame_ = true;
    }
    auto& to = opcode_ >= Opcode::close ? control_ : message_;
    const auto take = std::min<uint64_t>(left_, data.size() - used);
    for (uint64_t i = 0; i < take; ++i)
      to += static_cast<char>(static_cast<unsigned char>(data[used + i]) ^ mask_[(taken_ + i) % 4]);
    used += take;
    left_ -= take;
    taken_ += take;
    if (left_ != 0) return {};
    if (auto message = finish_frame(); message.kind != Kind::none) return message;
  }
}

}  // namespace herald::http
