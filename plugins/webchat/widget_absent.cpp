// What a build without node has in place of the widget.
#include "widget_file.hpp"

namespace webchat {

WidgetFile widget_file() { return {}; }

}  // namespace webchat
