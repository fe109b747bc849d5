#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "http/head.hpp"
#include "http/target.hpp"

namespace herald::http {

namespace web = model::web;

namespace {

struct Entry {
  uint64_t handle = 0;
  std::shared_ptr<const web::Route> route;
  std::vector<std::string> names;  ///< of the parameters, in the order of the path
};

struct Node {
  std::map<std::string, Node, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  std::map<std::string, Entry, std::less<>> methods;
};

/// The segments of a route's path; a parameter is kept with its braces.
base::Result<std::vector<std::string>> shape_of(std::string_view path) {
  const auto bad = [&](std::string_view why) {
    return base::fail(base::Code::invalid, "route " + std::string{path} + ": " + std::string{why},
                      "path");
  };
  if (path.empty() || path.front() != '/') return bad("the path must begin with a slash");
  std::vector<std::string> shape;
  std::set<std::string> names;
  for (const auto part : base::split(path.substr(1), '/')) {
    if (part.find_first_of("{}") != std::string_view::npos) {
      if (part.size() < 3 || part.front() != '{' || part.back() != '}' ||
          part.substr(1, part.size() - 2).find_first_of("{}") != std::string_view::npos)
        return bad("a parameter must be a whole segment, such as {user}");
      if (!names.insert(std::string{part}).second) return bad("a parameter's name is used twice");
    }
    if (part == "." || part == "..") return bad("dot segments cannot be mounted");
    shape.emplace_back(part);
  }
  if (shape.size() > kMaxSegments) return bad("the path has too many segments");
  return shape;
}

bool is_parameter(std::string_view segment) { return !segment.empty() && segment.front() == '{'; }

struct Search {
  std::string_view method;
  const std::vector<std::string>& segments;
  /// Indices of the segments taken as parameters: at most one for each segment of split_path().
  std::array<std::size_t, kMaxSegments> captured{};
  std::size_t n_captured = 0;
  std::set<std::string, std::less<>> allowed;
  const Entry* found = nullptr;

  bool take(const Node& node) {
    auto it = node.methods.find(method);
    if (it == node.methods.end() && method == "HEAD") it = node.methods.find("GET");
    if (it != node.methods.end()) {
      found = &it->second;
      return true;
    }
    for (const auto& [name, entry] : node.methods) allowed.insert(name);
    return false;
  }
  bool walk(const Node& node, std::size_t i) {
    if (i == segments.size()) return take(node);
    if (const auto it = node.literals.find(segments[i]);
        it != node.literals.end() && walk(it->second, i + 1))
      return true;
    if (!node.parameter || segments[i].empty()) return false;
    captured[n_captured++] = i;
    if (walk(*node.parameter, i + 1)) return true;
    --n_captured;
    return false;
  }
};

}  // namespace

struct Router::Table {
  std::vector<Entry> entries;  ///< one per route: what the tree is built from
  Node root;

  /// The entry that stands in the way, or null.
  const Entry* add(const Entry& entry) {
    const auto shape = shape_of(entry.route->path).value();
    Node* node = &root;
    for (const auto& segment : shape) {
      if (!is_parameter(segment)) {
        node = &node->literals[segment];
        continue;
      }
      if (!node->parameter) node->parameter = std::make_unique<Node>();
      node = node->parameter.get();
    }
    for (const auto& method : entry.route->methods)
      if (const auto it = node->methods.find(method); it != node->methods.end()) return &it->second;
    for (const auto& method : entry.route->methods) node->methods.emplace(method, entry);
    entries.push_back(entry);
    return nullptr;
  }
};

Router::Router() : table_(std::make_shared<const Table>()) {}
Router::~Router() = default;

base::Result<uint64_t> Router::mount(web::Route route) {
  const auto shape = shape_of(route.path);
  if (!shape) return shape.error();
  if (route.methods.empty())
    return base::fail(base::Code::invalid, "route " + route.path + ": no method is given",
                      "methods");
  if (!route.handler)
    return base::fail(base::Code::invalid, "route " + route.path + ": no handler is given",
                      "handler");
  for (const auto& method : route.methods)
    if (!is_token(method))
      return base::fail(base::Code::invalid, "route " + route.path + ": a method is not a token",
                        "methods");

  Entry entry;
  for (const auto& segment : *shape)
    if (is_parameter(segment)) entry.names.push_back(segment.substr(1, segment.size() - 2));
  if (route.access == web::Access::path_user &&
      std::find(entry.names.begin(), entry.names.end(), "user") == entry.names.end())
    return base::fail(base::Code::invalid,
                      "route " + route.path + ": access path_user needs {user} in the path",
                      "path");
  entry.handle = next_handle_.with([](uint64_t& next) { return next++; });
  entry.route = std::make_shared<const web::Route>(std::move(route));

  return table_.with([&](std::shared_ptr<const Table>& current) -> base::Result<uint64_t> {
    auto next = std::make_shared<Table>();
    for (const auto& old : current->entries) next->add(old);
    if (const auto* other = next->add(entry))
      return base::fail(
          base::Code::conflict,
          "route " + entry.route->path + " is already mounted as " + other->route->path, "path");
    current = std::move(next);
    return entry.handle;
  });
}

void Router::unmount(uint64_t handle) {
  table_.with([&](std::shared_ptr<const Table>& current) {
    auto next = std::make_shared<Table>();
    for (const auto& old : current->entries)
      if (old.handle != handle) next->add(old);
    current = std::move(next);
  });
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  Match match;
  auto segments = split_path(path);
  if (!segments) {
    match.kind = Match::Kind::malformed;
    match.problem = segments.error().message;
    return match;
  }
  match.path.reserve(path.size());
  for (const auto& segment : *segments) match.path.append("/").append(segment);

  const auto table = table_.with([](const std::shared_ptr<const Table>& t) { return t; });
  Search search{method, *segments, {}, 0, {}, nullptr};
  if (!search.walk(table->root, 0)) {
    if (search.allowed.empty()) return match;
    match.kind = Match::Kind::no_method;
    if (search.allowed.contains("GET")) search.allowed.insert("HEAD");
    search.allowed.insert("OPTIONS");
    match.allowed.assign(search.allowed.begin(), search.allowed.end());
    return match;
  }
  match.kind = Match::Kind::route;
  match.route = search.found->route;
  for (std::size_t i = 0; i < search.found->names.size(); ++i)
    match.params.emplace(search.found->names[i], std::move((*segments)[search.captured[i]]));
  return match;
}

}  // namespace herald::http
