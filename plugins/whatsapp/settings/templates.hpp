// templates.hpp - the entries of `templates`: kind -> template.
#pragma once

#include <boost/json/value.hpp>

#include "settings/settings.hpp"

namespace whatsapp {

/// Throws herald::Error (HERALD_E_INVALID) as read_settings() does.
std::map<std::string, Template, std::less<>> read_templates(const boost::json::value& v,
                                                            ProviderKind provider);

}  // namespace whatsapp
