#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.hpp"
#include "model/ports/web.hpp"

namespace herald::http {

/// Which route a request belongs to. Any thread: readers work on an immutable snapshot that mount()
/// and unmount() replace.
///
/// A path is literals and whole-segment parameters: `/notifications/{user}/clear`. A literal wins
/// over a parameter, segment by segment from the left, so `/notifications/poll/{user}` never
/// collides with `/notifications/{user}`; the first path in that order that offers the method is
/// taken.
class Router final : public model::web::Mounts {
 public:
  Router();
  ~Router() override;

  /// invalid: malformed path, no method or handler, or path_user without `{user}`; conflict: see
  /// Mounts.
  base::Result<uint64_t> mount(model::web::Route route) override;
  /// Requests already handed to the route's handler still go on.
  void unmount(uint64_t handle) override;

  struct Match {
    enum class Kind { route, no_path, no_method, malformed } kind = Kind::no_path;
    std::shared_ptr<const model::web::Route> route;
    std::string path;                           ///< decoded
    std::map<std::string, std::string> params;  ///< decoded
    std::vector<std::string>
        allowed;          ///< methods of the path, sorted: for Allow (also HEAD and OPTIONS)
    std::string problem;  ///< malformed: what is wrong
  };
  /// `path`: absolute, as received, without the query. HEAD finds GET where HEAD itself is not
  /// mounted; `allowed` is filled for no_method only.
  Match find(std::string_view method, std::string_view path) const;

 private:
  struct Table;
  base::Guarded<std::shared_ptr<const Table>> table_;
  base::Guarded<uint64_t> next_handle_{uint64_t{1}};
};

}  // namespace herald::http
