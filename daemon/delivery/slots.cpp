#include "delivery/slots.hpp"

namespace herald::delivery {

void Slots::leave(const std::string& id) {
  const auto it = waiting_.find(id);
  if (it == waiting_.end()) return;
  const Waiting gone = std::move(it->second);
  waiting_.erase(it);
  gone.queue->erase(rank(gone.want));
  name_next(gone.want);
  tidy({gone.want.user, gone.want.channel});
}

/// It may have been the one who was named where there is room: then nobody else would name the
/// next. Where there is none, the next release() does.
void Slots::name_next(const Want& gone) {
  if (const auto pair = pairs_.find({gone.user, gone.channel});
      pair != pairs_.end() && !pair->second.taken)
    name_first(pair->second.queue, named_);
  if (const auto channel = channels_.find(gone.channel);
      channel != channels_.end() &&
      (gone.channel_limit == 0 || channel->second.taken < gone.channel_limit))
    name_first(channel->second.queue, named_);
  if (held_.size() < limit_) name_first(all_, named_);
}

bool Slots::wait(Queue& queue, const Want& want) {
  leave(want.id);
  queue.insert(rank(want));
  waiting_.insert_or_assign(want.id, Waiting{want, &queue});
  return false;
}

void Slots::name_first(const Queue& queue, std::vector<std::string>& out) const {
  if (!queue.empty()) out.push_back(std::get<2>(*queue.begin()));
}

void Slots::tidy(const Pair& pair) {
  const auto it = pairs_.find(pair);
  if (it != pairs_.end() && !it->second.taken && it->second.queue.empty()) pairs_.erase(it);
}

bool Slots::acquire(const Want& want) {
  if (held_.contains(want.id)) return true;
  auto& pair = pairs_[{want.user, want.channel}];
  if (pair.taken) return wait(pair.queue, want);
  auto& channel = channels_[want.channel];
  if (want.channel_limit != 0 && channel.taken >= want.channel_limit)
    return wait(channel.queue, want);
  if (held_.size() >= limit_) return wait(all_, want);
  pair.taken = true;
  ++channel.taken;
  held_.emplace(want.id, want);
  leave(want.id);
  return true;
}

std::vector<std::string> Slots::release(const std::string& id) {
  std::vector<std::string> next;
  const auto it = held_.find(id);
  if (it == held_.end()) return next;
  const Want want = std::move(it->second);
  held_.erase(it);
  auto& channel = channels_[want.channel];
  --channel.taken;
  const Pair key{want.user, want.channel};
  auto& pair = pairs_[key];
  pair.taken = false;
  name_first(pair.queue, next);
  name_first(channel.queue, next);
  name_first(all_, next);
  tidy(key);
  return next;
}

std::vector<std::string> Slots::forget(const std::string& id) {
  leave(id);
  return take_named();
}

std::size_t Slots::taken(const std::string& channel) const {
  const auto it = channels_.find(channel);
  return it == channels_.end() ? 0 : it->second.taken;
}

}  // namespace herald::delivery
