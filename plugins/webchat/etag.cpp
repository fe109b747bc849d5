#include "etag.hpp"

#include "known_tag.hpp"

namespace webchat {
namespace {

/// Everything an answer to one URL depends on draws a number of the sequence, but for items pushed
/// out of the list by a smaller inbox.keep: the tallies show those. Weak, for `server_time`
/// differs.
std::string tag(const herald::Items& inbox) {
  return "W/\"" + std::to_string(inbox.epoch) + '.' + std::to_string(inbox.cursor) + '.' +
         std::to_string(inbox.unread) + '.' + std::to_string(inbox.older_unread) + '.' +
         std::to_string(inbox.items.size()) + '"';
}

}  // namespace

bool is_known(std::string_view if_none_match, const herald::Items& inbox) {
  return !if_none_match.empty() && has_tag(if_none_match, tag(inbox));
}

herald::Response tagged(herald::Response response, const herald::Items& inbox) {
  response.headers.emplace_back("ETag", tag(inbox));
  return response;
}

herald::Response unchanged(const herald::Items& inbox) {
  return tagged({304, {{"Cache-Control", "no-store"}}, {}}, inbox);
}

herald::Response lasting(herald::Response response) {
  response.flags |= HERALD_ANSWER_UNTIL_CHANGE;
  return response;
}

}  // namespace webchat
