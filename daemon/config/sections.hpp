#pragma once

#include "config/config.hpp"
#include "config/reader.hpp"

namespace herald::config {

// One function per part of the file. Each line defines one setting: its key, where it goes (with
// its default) and what it means; the same lines parse, document (settings()) and give the schema
// for editors.

void read_all(Reader& root, Config& config);
void read_daemon(Reader& root,
                 Config& config);  ///< development, store, http, control, log, plugins, limits
void read_people(Reader& root, Config& config);    ///< directory, inbox, locale, time_zone
void read_auth(Reader& root, Config& config);      ///< secrets, auth
void read_channels(Reader& root, Config& config);  ///< templates, channels
void read_routes(Reader& root, Config& config);
void read_webhooks(Reader& root, Config& config);  ///< webhooks, outbound

/// The keys kind and producer, which choose notifications.
void read_chosen(Reader& r, std::vector<std::string>& kinds, std::vector<std::string>& producers);

/// What concerns several settings at once but needs no plugin.
void check_together(const Config& config, Diagnostics& diagnostics);

}  // namespace herald::config
