#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace herald::delivery {

/// info, confirmation, status_update, provider_request (webchat-api).
bool is_item_type(std::string_view type);

struct CheckedContent {
  std::string json;  ///< {title, markdown, type, actions} with nothing else
  std::string type;
  bool has_actions = false;
};

/// Content that a producer wrote itself instead of choosing a template: {title?, markdown, type?,
/// actions?}. Markdown at most 48 KiB after escaping, title 256 bytes, at most 10 actions {id,
/// label, text?}. unprocessable with the field in `where`.
base::Result<CheckedContent> check_content(const boost::json::value& content,
                                           std::string_view default_type);

}  // namespace herald::delivery
