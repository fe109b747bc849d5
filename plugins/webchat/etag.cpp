#include "etag.hpp"

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

bool has_tag(std::string_view if_none_match, std::string_view ours) {
  const auto opaque = ours.starts_with("W/") ? ours.substr(2) : ours;  // weak comparison
  // Our tags hold no comma, so neither can one that is equal.
  while (!if_none_match.empty()) {
    const auto end = if_none_match.find(',');
    auto one = if_none_match.substr(0, end);
    while (!one.empty() && (one.front() == ' ' || one.front() == '\t')) one.remove_prefix(1);
    while (!one.empty() && (one.back() == ' ' || one.back() == '\t')) one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == opaque) return true;
    if (end == if_none_match.npos) break;
    if_none_match.remove_prefix(end + 1);
  }
  return false;
}

bool is_known(std::string_view if_none_match, const herald::Items& inbox) {
  return !if_none_match.empty() && has_tag(if_none_match, tag(inbox));
}

herald::Response tagged(herald::Response response, const herald::Items& inbox) {
  response.headers.emplace_back("ETag", tag(inbox));
  return response;
}

void unchanged(const herald::Exchange& to, const herald::Items& inbox) {
  to.respond(tagged({304, {{"Cache-Control", "no-store"}}, {}}, inbox));
}

}  // namespace webchat
