#include "handlers.hpp"
#include "problem.hpp"

namespace webchat {

void clear(const Service& in, const herald::Incoming&, const herald::Exchange& to) {
  const auto& host = in.host;
  host.inbox_clear(to, 0, [host, to](const herald::Done& done) {
    if (done.ok())
      to.respond(success(R"({"status":"success","message":"All notifications cleared"})"));
    else if (done.status == HERALD_E_DENIED)
      refuse(to, 403, "clearing a person's inbox needs the scope inbox:read-for");
    else
      fail(host, to, done.status, "the notifications cannot be cleared now");
  });
}

}  // namespace webchat
