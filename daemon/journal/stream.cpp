#include "journal/stream.hpp"

namespace herald::journal {

Stream::Stream(store::JournalStore& store, Start start, std::function<void()> ready)
    : store_{store},
      start_{std::move(start)},
      ready_{std::move(ready)},
      read_{start_.after.value_or(0)} {}

std::optional<Stream::Told> Stream::next() {
  {
    const std::lock_guard lock{mutex_};
    if (!told_.empty()) {
      auto told = std::move(told_.front());
      told_.pop_front();
      return told;
    }
    hungry_ = true;
    if (!more_ || asking_ || over_) return std::nullopt;
    asking_ = true;
    more_ = false;
  }
  ask();
  return std::nullopt;
}

uint64_t Stream::position() const {
  const std::lock_guard lock{mutex_};
  for (const auto& told : told_)
    if (told.what == Told::What::entry) return told.position - 1;
  return read_;
}

void Stream::grown() {
  {
    const std::lock_guard lock{mutex_};
    more_ = true;
    if (asking_ || !hungry_ || over_) return;
    asking_ = true;
    more_ = false;
  }
  ask();
}

void Stream::ask() {
  store::JournalQuery query;
  {
    const std::lock_guard lock{mutex_};
    query.after = read_;
    // Where to begin is asked first: without a cursor, the end.
    query.scan = begun_ || start_.after ? start_.page : 0;
  }
  query.wanted = start_.wanted;
  query.content = start_.content;
  store_.journal(std::move(query),
                 [weak = weak_from_this()](base::Result<store::JournalPage> page) {
                   if (const auto self = weak.lock()) self->take(std::move(page));
                 });
}

void Stream::take(base::Result<store::JournalPage> page) {
  bool tell = false, again = false;
  {
    const std::lock_guard lock{mutex_};
    asking_ = false;
    if (!page) {
      more_ = true;  // the next grown() tries again
      return;
    }
    if (!begun_) {
      begun_ = true;
      if (!start_.after) {
        read_ = page->last;
        page->gap = false;
      }
      over_ = page->last < read_;
      told_.push_back({over_ ? Told::What::refused : Told::What::begins, read_, {}});
    }
    if (page->gap) {
      read_ = page->first - 1;
      told_.push_back({Told::What::gap, read_, {}});
    }
    for (auto& entry : page->entries) {
      const auto position = entry.position;
      told_.push_back({Told::What::entry, position, std::move(entry)});
    }
    read_ = std::max(read_, page->read_to);
    more_ = more_ || page->last > read_;
    tell = hungry_ && !told_.empty();
    if (tell) hungry_ = false;
    again = !tell && hungry_ && more_ && !over_;
    if (again) {
      asking_ = true;
      more_ = false;
    }
  }
  if (tell) ready_();
  if (again) ask();
}

}  // namespace herald::journal
