#include "widget.hpp"

#include "known_tag.hpp"
#include "problem.hpp"
#include "widget_file.hpp"

namespace webchat {
namespace {

/// Whether gzip may be sent (RFC 9110, section 12.5.3), by the forms that browsers and proxies use.
bool takes_gzip(std::string_view accept_encoding) {
  const auto at = accept_encoding.find("gzip");
  if (at == accept_encoding.npos) return false;
  auto rest = accept_encoding.substr(at + 4);
  rest = rest.substr(0, rest.find(','));
  const auto weight = rest.find("q=");
  return weight == rest.npos || rest.find_first_of("123456789", weight) != std::string_view::npos;
}

}  // namespace

void widget(const Service&, const herald::Incoming& request, const herald::Exchange& to) {
  const auto file = widget_file();
  if (file.plain.empty())
    return refuse(to, 404,
                  "this build has no widget, for node or its packages were missing; run ./dev "
                  "setup and build again");
  const bool small = takes_gzip(request.header("accept-encoding"));
  const auto tag = '"' + std::string{file.tag} + (small ? "-gz\"" : "\"");
  herald::Response response{200,
                            {{"ETag", tag},
                             // Pages ask again every five minutes, and get 304.
                             {"Cache-Control", "public, max-age=300"},
                             {"Vary", "Accept-Encoding, Origin"},
                             // Any site's page may load it; it holds nothing of anybody's.
                             {"Cross-Origin-Resource-Policy", "cross-origin"}},
                            {}};
  if (has_tag(request.header("if-none-match"), tag)) {
    response.status = 304;
    return (void)to.respond(response);
  }
  response.headers.emplace_back("Content-Type", "text/javascript; charset=utf-8");
  if (small) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = small ? file.compressed : file.plain;
  to.respond(response);
}

}  // namespace webchat
