#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace herald::control::idl {

struct Field;

/// A type of the Varlink interface definition language (varlink.org, Interface Definition).
struct Type {
  enum class Kind { boolean, integer, number, text, object, named, choice, structure, array, map };
  Kind kind = Kind::text;
  bool nullable = false;
  std::string name;                  ///< named
  std::vector<std::string> choices;  ///< choice
  std::vector<Field> fields;         ///< structure
  std::shared_ptr<const Type>
      element;  ///< array, map; shared because types are copied with their method
};

struct Field {
  std::string name;
  Type type;
};

struct Method {
  std::string name;
  std::vector<Field> in, out;
};

/// One parsed interface description. Immutable.
class Interface {
 public:
  /// invalid with the line in `where` when the text is not a description.
  static base::Result<Interface> parse(std::string_view text);

  const std::string& name() const noexcept { return name_; }
  const std::vector<Method>& methods() const noexcept { return methods_; }
  const Method* method(std::string_view name) const noexcept;
  /// Names of the errors, without the interface.
  const std::vector<Field>& errors() const noexcept { return errors_; }

  /// Looks for the first member that is unknown, missing or of another type: its path
  /// ("identities[0].kind"). A null counts as absent.
  std::optional<std::string> mismatch(const std::vector<Field>& fields,
                                      const boost::json::object& value) const;

 private:
  friend class Parser;
  std::optional<std::string> check(const Type&, const boost::json::value&,
                                   const std::string& path) const;
  std::optional<std::string> check(const std::vector<Field>&, const boost::json::object&,
                                   const std::string& prefix) const;

  std::string name_;
  std::vector<Method> methods_;
  std::vector<Field> types_, errors_;
};

}  // namespace herald::control::idl

namespace herald::control {

/// The text of io.herald.varlink.
std::string_view herald_interface_text();
/// The text of org.varlink.service, which every Varlink service offers.
std::string_view service_interface_text();

}  // namespace herald::control
