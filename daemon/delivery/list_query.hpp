#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace herald::delivery {

/// What people ask of a list: {kind, user, since, until, before, limit}, and `more` of their own,
/// of which `state` is read here. Of `user` only the presence is checked. Errors name the field.
base::Result<store::ListQuery> parse_list_query(const boost::json::object& query,
                                                const std::vector<std::string_view>& more);

}  // namespace herald::delivery
