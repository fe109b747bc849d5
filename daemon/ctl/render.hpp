#pragma once

#include <boost/json/fwd.hpp>
#include <iosfwd>

#include "base/clock.hpp"

namespace herald::ctl {

/// How to print for people.
struct Style {
  bool colour = false;
  base::TimePoint now{};
};

/// All take the daemon's answers as they come: what is missing or of another type is left out,
/// never an error.
void render_notification(const boost::json::object& notification, const Style& style,
                         std::ostream& out);
void render_list(const boost::json::object& answer, const Style& style, std::ostream& out);
void render_event(const boost::json::object& event, const Style& style, std::ostream& out);
void render_status(const boost::json::object& status, const Style& style, std::ostream& out);
void render_channels(const boost::json::object& answer, const Style& style, std::ostream& out);
void render_user(const boost::json::object& user, const Style& style, std::ostream& out);
void render_tokens(const boost::json::object& answer, const Style& style, std::ostream& out);

}  // namespace herald::ctl
