#pragma once

#include <map>
#include <string>

#include "model/ports/channels.hpp"

namespace herald::plugin {

/// The catalog of a template plugin:
/// {"version","kinds":[{"kind","type","priority","params":[{"name","type","required","default","limits":{"max_bytes","values"},
/// "fields"}],"actions":[{"id","label","text"}],"dedupe":[...],"locales":[...]}]}. The error names
/// the place.
base::Result<model::Catalog> parse_catalog(std::string_view json);

/// What a template plugin answered to render(), as the daemon keeps it.
base::Result<model::Rendered> read_rendered(
    const std::map<std::string, std::string, std::less<>>& output);

/// A notification whose producer sent its content {title, markdown, type, actions}: no plugin is
/// asked.
base::Result<model::Rendered> render_content(const model::ports::Channels::RenderRequest& request);

}  // namespace herald::plugin
