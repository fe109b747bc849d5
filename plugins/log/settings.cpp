#include "settings.hpp"

#include <boost/json/parse.hpp>
#include <herald/error.hpp>

namespace log_channel {
namespace {

[[noreturn]] void refuse(const std::string& what) { throw herald::Error{HERALD_E_INVALID, what}; }

}  // namespace

Settings parse_settings(std::string_view json) {
  boost::json::error_code problem;
  const auto value = boost::json::parse(json, problem);
  if (problem || !value.is_object()) refuse("the settings are not a JSON object");
  Settings out;
  std::string to;
  for (const auto& [key, setting] : value.as_object()) {
    if (key == "file") {
      if (!setting.is_string() || setting.as_string().empty())
        refuse("the setting `file` must be the path of a file");
      out.file = setting.as_string();
      if (out.file.front() != '/' || out.file.find('\0') != std::string::npos)
        refuse("the setting `file` must be an absolute path here");
    } else if (key == "to") {
      if (setting.is_string()) to = setting.as_string();
      if (to != "file" && to != "journal") refuse("the setting `to` must be file or journal");
    } else if (key == "text") {
      if (!setting.is_bool()) refuse("the setting `text` must be true or false");
      out.text = setting.as_bool();
    } else {
      refuse("log has no setting `" + std::string{key} + "`; there are: file, to, text");
    }
  }
  if (to == "file" && out.file.empty())
    refuse("`to: file` needs the setting `file`, the path of the file");
  if (to == "journal" && !out.file.empty())
    refuse("`to: journal` and `file` exclude each other; remove one");
  if (out.text && out.file.empty())
    refuse(
        "`text: true` needs the setting `file`: message texts do not belong in the daemon's own "
        "log");
  return out;
}

}  // namespace log_channel
