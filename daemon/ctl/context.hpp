#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "control/client.hpp"
#include "ctl/cli.hpp"

namespace herald::ctl {

/// One run of a command: where it prints, and how it speaks to the daemon.
class Context {
 public:
  Context(Io& world, std::string socket_path, bool as_json)
      : io(world), socket(std::move(socket_path)), json(as_json) {}

  Io& io;
  const std::string socket;
  const bool json;
  Exit exit = Exit::ok;  ///< why ask() gave nothing

  /// One call on the command's connection. Nothing: the failure is printed, and `exit` says how to
  /// end.
  std::optional<boost::json::object> ask(const std::string& method,
                                         boost::json::object parameters = {});
  /// The connection, made when first needed; nullptr as for ask().
  control::Client* connection();

  Exit refuse(const std::string& message);   ///< wrong arguments: usage
  Exit report(const base::Error& error);     ///< of the connection
  Exit report(const control::Reply& error);  ///< a Varlink error
  /// Prints the document for --json.
  Exit document(const boost::json::object& document);

 private:
  Exit problem(Exit exit, const std::string& name, const std::string& message,
               const boost::json::object& details);
  std::optional<control::Client> client_;
};

/// A member of an answer as text: empty when absent or null; numbers and booleans as JSON writes
/// them.
std::string text(const boost::json::object& object, std::string_view name);

}  // namespace herald::ctl
