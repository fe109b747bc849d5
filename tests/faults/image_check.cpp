// Opens databases as the daemon does, recovery and migrations included, and tells what they hold.
// A path per line in; per path one line out: {"error": "..."} or {"notifications": [{id, state,
// params}, ...]}.
#include <boost/json.hpp>
#include <future>
#include <iostream>

#include "delivery/decide.hpp"
#include "store/store.hpp"

namespace {

using herald::base::Result;
using herald::model::Notification;
namespace json = boost::json;

constexpr unsigned kPage = 200;

Result<std::vector<Notification>> page(herald::store::Store& store, const std::string& before) {
  std::promise<Result<std::vector<Notification>>> answer;
  herald::store::ListQuery query;
  query.before_id = before;
  query.limit = kPage;
  store.list(query,
             [&](Result<std::vector<Notification>> found) { answer.set_value(std::move(found)); });
  return answer.get_future().get();
}

json::object look_at(const std::string& path) {
  herald::store::Options options;
  options.url = "sqlite:" + path;
  auto opened =
      herald::store::open(options, herald::delivery::decide, herald::base::Clock::system());
  if (!opened) return {{"error", opened.error().message}};
  json::array found;
  for (std::string last;;) {
    auto some = page(**opened, last);
    if (!some) return {{"error", some.error().message}};
    for (const auto& n : *some)
      found.push_back(json::object{{"id", n.head.id},
                                   {"state", to_string(n.progress.state)},
                                   {"params", n.head.params_json}});
    if (some->size() < kPage) break;
    last = some->back().head.id;
  }
  (*opened)->close();
  return {{"notifications", std::move(found)}};
}

}  // namespace

int main() {
  for (std::string path; std::getline(std::cin, path);)
    std::cout << json::serialize(look_at(path)) << std::endl;
}
