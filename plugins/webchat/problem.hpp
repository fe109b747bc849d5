// problem.hpp - errors: problem+json (RFC 9457) whose `status` and `message` are what old clients
// read.
#pragma once

#include <boost/json/object.hpp>
#include <herald/herald.hpp>

namespace webchat {

/// The answer {type, title, detail, code, http_status, status: "error", message} of that HTTP
/// status. `detail` names the cause and the next step; it never repeats what the client sent.
/// `facts` are further members.
herald::Response problem(uint32_t http_status, std::string_view detail,
                         const boost::json::object& facts = {});

/// Answers with a problem that is the client's to solve.
void refuse(const herald::Exchange& to, uint32_t http_status, std::string_view detail);

/// Answers for a call that the host did not perform: 503 when it may work later, else 500; logged.
void fail(const herald::Host& host, const herald::Exchange& to, herald_status why,
          std::string_view detail);

}  // namespace webchat
