#include "delivery/list_query.hpp"

#include <algorithm>
#include <boost/json/value.hpp>

#include "base/ids.hpp"
#include "base/text.hpp"

namespace herald::delivery {

namespace json = boost::json;
using base::Code;
using base::fail;

base::Result<store::ListQuery> parse_list_query(const json::object& query,
                                                const std::vector<std::string_view>& more) {
  std::vector<std::string_view> known{"kind", "user", "since", "until", "before", "limit"};
  known.insert(known.begin(), more.begin(), more.end());
  store::ListQuery out;
  for (const auto& [key, value] : query) {
    const auto text = value.is_string() ? std::string{value.get_string()} : std::string{};
    const auto number = value.is_int64() ? value.get_int64() : 0;
    const std::string name{key};
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string names;
      for (const auto& one : known) names += (names.empty() ? "" : ", ") + std::string{one};
      return fail(
          Code::invalid,
          "unknown filter '" + base::escape_control(name.substr(0, 64)) + "'; there are " + names,
          name);
    }
    if (name == "state") {
      out.state = model::state_from(text);
      if (!out.state)
        return fail(Code::invalid,
                    "state is one of queued, trying, waiting, holding, delivered, unconfirmed, "
                    "undelivered, expired, cancelled",
                    name);
    } else if (name == "kind") {
      out.kind = text;
    } else if (name == "since" || name == "until") {
      auto& at = name == "since" ? out.since : out.until;
      at = base::parse_iso8601(text);
      if (!at) return fail(Code::invalid, name + " is not an ISO-8601 time", name);
    } else if (name == "before") {
      if (!base::is_id(text))
        return fail(Code::invalid, "before is not the id of a notification", name);
      out.before_id = text;
    } else if (name == "limit") {
      const auto limit = number != 0 ? number : std::atoll(text.c_str());
      if (limit < 1 || limit > 1000)
        return fail(Code::invalid, "limit is a number from 1 to 1000", name);
      out.limit = static_cast<unsigned>(limit);
    }
  }
  return out;
}

}  // namespace herald::delivery
