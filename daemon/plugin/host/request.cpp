#include "plugin/host/request.hpp"

#include "base/text.hpp"
#include "plugin/text.hpp"

namespace herald::plugin {

namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 &&
               hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

struct Inbound {
  model::web::Request request;
  std::vector<std::pair<std::string, std::string>> query_texts;
  std::vector<herald_kv> headers, path, query;
  std::string who_user, user, scopes;
  herald_principal who{};
  herald_http_request raw{};
};

}  // namespace

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> out;
  if (query.empty()) return out;
  for (const auto part : base::split(query, '&')) {
    if (part.empty() || out.size() >= 100) continue;
    const auto equals = part.find('=');
    auto key = decode(part.substr(0, equals));
    auto value = equals == std::string_view::npos ? std::string{} : decode(part.substr(equals + 1));
    if (base::is_utf8(key) && base::is_utf8(value))
      out.emplace_back(std::move(key), std::move(value));
  }
  return out;
}

Event request_event(herald_token mount, herald_exchange exchange,
                    const model::web::Request& request, const model::Principal& who,
                    model::UserId user) {
  auto owned = std::make_shared<Inbound>();  // shared only because std::function copies
  auto& in = *owned;
  in.request = request;
  in.query_texts = parse_query(in.request.query);
  for (const auto& [name, value] : in.request.headers)
    in.headers.push_back({str(name), str(value)});
  for (const auto& [name, value] : in.request.params) in.path.push_back({str(name), str(value)});
  for (const auto& [name, value] : in.query_texts) in.query.push_back({str(name), str(value)});
  if (user > 0) in.user = std::to_string(user);

  in.who.struct_size = sizeof in.who;
  switch (who.kind) {
    case model::Principal::Kind::anyone:
      in.who.kind = HERALD_PRINCIPAL_ANYONE;
      break;
    case model::Principal::Kind::user:
      in.who.kind = HERALD_PRINCIPAL_USER;
      in.who_user = std::to_string(who.user);
      break;
    case model::Principal::Kind::service:
      in.who.kind = HERALD_PRINCIPAL_SERVICE;
      in.request.who.service = who.service;
      for (const auto& scope : who.scopes) in.scopes += (in.scopes.empty() ? "" : " ") + scope;
      break;
  }
  in.who.user = str(in.who_user);
  in.who.service = str(in.request.who.service);
  in.who.scopes = str(in.scopes);
  in.who.expires_unix_ms = base::unix_ms(who.expires);

  auto& raw = in.raw;
  raw.struct_size = sizeof raw;
  raw.method = str(in.request.method);
  raw.target = str(in.request.target);
  raw.headers = kvs(in.headers);
  raw.body = str(in.request.body);
  raw.peer = str(in.request.peer);
  raw.who = &in.who;
  raw.user = str(in.user);
  raw.path = kvs(in.path);
  raw.query = kvs(in.query);
  auto e = event(HERALD_EV_HTTP_REQUEST, mount);
  e.raw.exchange = exchange;
  e.raw.u.request = &raw;
  e.payload = std::move(owned);
  return e;
}

}  // namespace herald::plugin
