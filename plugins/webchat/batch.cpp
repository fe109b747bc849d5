#include "batch.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "item_json.hpp"

namespace webchat {
namespace {

void add(std::string& list, const std::string& element) {
  if (!list.empty()) list += ',';
  list += element;
}

/// What became of an item that the client has.
std::string change(const herald::Item& item) {
  boost::json::object out;
  out["id"] = item.id;
  out["herald_id"] = item.herald_id;
  out["seq"] = item.seq;
  out["read"] = item.read;
  out["active"] = item.active;
  if (item.withdrawn) out["withdrawn"] = true;
  if (!item.answered.empty()) out["answered"] = item.answered;
  return boost::json::serialize(out);
}

const char* text(bool value) { return value ? "true" : "false"; }

}  // namespace

Batch::Batch(const herald::Items& answer, bool resumed)
    : gap_{answer.gap && resumed},
      more_{answer.more && resumed && !answer.gap},
      epoch_{answer.epoch},
      seq_{answer.cursor} {
  std::string items;
  uint64_t covered = 0;
  for (const auto& item : answer.items) {
    const auto element = item.changed ? change(item) : boost::json::serialize(to_json(item));
    const auto size = items.size() + changes_.size();
    if (size != 0 && size + element.size() > kBatchBytes && resumed && !gap_) {
      // The numbers rise, so what was left out lies above what is in.
      more_ = true;
      seq_ = covered;
      break;
    }
    add(item.changed ? changes_ : items, element);
    if (!item.changed) {
      if (ids_.empty()) first_ = item.seq;
      ids_.push_back(item.id);
    }
    covered = item.seq;
  }
  if (ids_.empty()) first_ = seq_;
  body_ = R"({"status":"success","notifications":[)" + items + R"(],"changes":[)" + changes_ +
          R"(],"count":)" + std::to_string(ids_.size()) + R"(,"has_new":)" + text(has_items()) +
          R"(,"unread_count":)" + std::to_string(answer.unread) + R"(,"older_unread":)" +
          std::to_string(answer.older_unread) + R"(,"server_time":")" +
          timestamp(answer.now_unix_us) + R"(","gap":)" + text(gap_) + R"(,"more":)" + text(more_) +
          R"(,"cursor":")";
}

}  // namespace webchat
