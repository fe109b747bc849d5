#pragma once

#include "ctl/command.hpp"

namespace herald::ctl {

/// The options that say what is sent to whom and when, for every command that takes a notification.
void request_options(po::options_description_easy_init& add);

/// What these options ask for, as the daemon takes it. Reads the files they name. invalid or
/// too_large, with a message for people.
base::Result<boost::json::object> request_of(Context& context, const po::variables_map& options);

}  // namespace herald::ctl
