// widget.hpp - the endpoint that serves the widget to pages.
#pragma once

#include "handlers.hpp"

namespace webchat {

/// GET /widget.js, for everybody.
void widget(const Service& in, const herald::Incoming& request, const herald::Exchange& to);

}  // namespace webchat
