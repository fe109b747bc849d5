// etag.hpp - conditional requests (RFC 9110 section 13): a poll with nothing new costs no body.
#pragma once

#include <herald/herald.hpp>

namespace webchat {

/// Whether If-None-Match holds the tag of this state of the inbox.
bool is_known(std::string_view if_none_match, const herald::Items& inbox);
/// The answer with the tag of that state.
herald::Response tagged(herald::Response response, const herald::Items& inbox);
/// 304.
herald::Response unchanged(const herald::Items& inbox);
/// The host may give this answer again by itself until the inbox changes.
herald::Response lasting(herald::Response response);

}  // namespace webchat
