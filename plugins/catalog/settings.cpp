#include "settings.hpp"

#include <boost/json/parse.hpp>
#include <herald/error.hpp>

namespace catalog {
namespace {

[[noreturn]] void refuse(const std::string& what) { throw herald::Error{HERALD_E_INVALID, what}; }

}  // namespace

Settings parse_settings(std::string_view json) {
  boost::json::error_code problem;
  const auto value = boost::json::parse(json, problem);
  if (problem || !value.is_object()) refuse("the settings are not a JSON object");
  Settings out;
  for (const auto& [key, setting] : value.as_object()) {
    if (key != "folder")
      refuse("catalog has no setting `" + std::string{key} + "`; there is `folder`");
    if (!setting.is_string() || setting.as_string().empty())
      refuse("the setting `folder` must be the path of a folder");
    out.folder = setting.as_string();
  }
  if (out.folder.empty())
    refuse(
        "the setting `folder` is missing; it names the folder with kinds.yaml, for example "
        "templates");
  if (out.folder.front() != '/') refuse("the setting `folder` must be an absolute path here");
  if (out.folder.find('\0') != std::string::npos) refuse("the setting `folder` holds a zero byte");
  return out;
}

}  // namespace catalog
