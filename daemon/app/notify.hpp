#pragma once

#include <string_view>

namespace herald::app {

/// Tells the service manager (sd_notify(3)); does nothing where there is none.
void notify_manager(std::string_view state);

/// For RELOADING=1: with the monotonic time that systemd 253 and later ask for.
void notify_reloading();

/// A listening Unix socket passed by the service manager under this name
/// (sd_listen_fds_with_names(3)), or -1.
int inherited_socket(std::string_view name);

}  // namespace herald::app
