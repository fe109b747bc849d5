#include "config/reader.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace herald::config {

std::string Reader::name(std::string_view key) const {
  return path_.empty() ? std::string{key} : path_ + '.' + std::string{key};
}

Mark Reader::place(const Node& node) const {
  return {context_.files[node.file], node.line, node.column};
}

Mark Reader::mark() const { return node_ == nullptr ? Mark{} : place(*node_); }

Mark Reader::mark(std::string_view key) const {
  const auto* found = node_ == nullptr ? nullptr : node_->find(key);
  return found == nullptr ? mark() : place(*found);
}

const Node* Reader::take(std::string_view key, Setting::Type type, std::string_view help,
                         std::string fallback, std::vector<std::string> values, unsigned min,
                         unsigned max, bool required) {
  if (context_.describe != nullptr) {
    context_.describe->push_back({name(key), type, std::move(fallback), std::string{help},
                                  std::move(values), min, max, required, false});
    return nullptr;
  }
  known_.emplace_back(key);
  const auto* found = node_ == nullptr ? nullptr : node_->find(key);
  if (found == nullptr) {
    if (required && node_ != nullptr) {
      context_.diagnostics.error(
          mark(), "`" + std::string{key} + "` is missing in `" + path_ + "`: " + std::string{help});
    }
    return nullptr;
  }
  if (context_.marks != nullptr) context_.marks->emplace(name(key), place(*found));
  return found->kind == Node::Kind::broken ? nullptr : found;
}

void Reader::wrong(const Node& node, std::string_view key, std::string_view wanted) {
  std::string got;
  switch (node.kind) {
    case Node::Kind::map:
      got = "not a map";
      break;
    case Node::Kind::sequence:
      got = "not a list";
      break;
    case Node::Kind::null:
      got = "but nothing stands here; give a value or remove the line";
      break;
    default:
      got = "not `" + node.text.substr(0, 80) + "`";
  }
  context_.diagnostics.error(place(node),
                             "`" + name(key) + "` must be " + std::string{wanted} + ", " + got);
}

const Node* Reader::scalar(std::string_view key, const Node* node, std::string_view wanted) {
  if (node == nullptr || node->kind == Node::Kind::scalar) return node;
  wrong(*node, key, wanted);
  return nullptr;
}

std::optional<std::size_t> Reader::choose(std::string_view key,
                                          const std::vector<std::string>& names,
                                          const std::string& current, std::string_view help) {
  const auto* node = take(key, Setting::Type::choice, help, current, names);
  std::string wanted = "one of ";
  for (std::size_t i = 0; i < names.size(); ++i) wanted += (i == 0 ? "`" : ", `") + names[i] + "`";
  node = scalar(key, node, wanted);
  if (node == nullptr) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), node->text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const std::vector<std::string_view> candidates{names.begin(), names.end()};
  const auto guess = base::did_you_mean(node->text, candidates);
  context_.diagnostics.error(
      place(*node), "`" + name(key) + "` must be " + wanted + ", not `" + node->text.substr(0, 80) +
                        "`" + (guess ? "; did you mean `" + std::string{*guess} + "`?" : ""));
  return std::nullopt;
}

void Reader::section(std::string_view key, std::string_view help, const Body& body) {
  const auto* node = take(key, Setting::Type::section, help, {});
  if (node != nullptr && node->kind != Node::Kind::map) {
    if (node->kind != Node::Kind::null) return wrong(*node, key, "a section (`key: value` lines)");
    node = nullptr;
  }
  Reader child{context_, node, name(key)};
  body(child);
  child.finish();
}

void Reader::named(std::string_view key, std::string_view help, const Check& check,
                   const std::function<void(const std::string&, Reader&)>& body,
                   const std::function<void(const std::string&, const Mark&)>& inline_value) {
  const auto* node = take(key, Setting::Type::named, help, {});
  if (context_.describe != nullptr) {
    Reader child{context_, nullptr, name(key) + ".*"};
    body("*", child);
    return;
  }
  if (node == nullptr || node->kind == Node::Kind::null) return;
  if (node->kind != Node::Kind::map) return wrong(*node, key, "a section (`name: {...}` lines)");
  for (std::size_t i = 0; i < node->keys.size(); ++i) {
    const auto& entry = node->keys[i];
    const auto& value = node->items[i];
    const Mark at{context_.files[entry.file], entry.line, entry.column};
    const auto path = name(key) + '.' + entry.text;
    if (context_.marks != nullptr) context_.marks->emplace(path, at);
    if (const auto complaint = check(entry.text); !complaint.empty()) {
      context_.diagnostics.error(
          at, "the name `" + entry.text.substr(0, 80) + "` in `" + name(key) + "` " + complaint);
      continue;
    }
    if (value.kind == Node::Kind::broken) continue;
    if (value.kind == Node::Kind::scalar && inline_value) {
      inline_value(entry.text, place(value));
      continue;
    }
    if (value.kind != Node::Kind::map) {
      wrong(value, std::string{key} + '.' + entry.text, "a section (`key: value` lines)");
      continue;
    }
    Reader child{context_, &value, path};
    body(entry.text, child);
    child.finish();
  }
}

void Reader::items(std::string_view key, std::string_view help, const Body& body,
                   const std::function<void(const Node&, const Mark&)>& shorthand) {
  const auto* node = take(key, Setting::Type::items, help, {});
  if (context_.describe != nullptr) {
    context_.describe->back().shorthand = static_cast<bool>(shorthand);
    Reader child{context_, nullptr, name(key) + "[]"};
    return body(child);
  }
  if (node == nullptr || node->kind == Node::Kind::null) return;
  if (node->kind != Node::Kind::sequence) return wrong(*node, key, "a list (`- ...` lines)");
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const auto& item = node->items[i];
    const auto path = name(key) + '[' + std::to_string(i) + ']';
    if (context_.marks != nullptr) context_.marks->emplace(path, place(item));
    if (item.kind == Node::Kind::broken) continue;
    if (item.kind == Node::Kind::scalar && shorthand) {
      shorthand(item, place(item));
      continue;
    }
    if (item.kind != Node::Kind::map) {
      wrong(item, std::string{key} + '[' + std::to_string(i) + ']', "a map (`{key: value}`)");
      continue;
    }
    Reader child{context_, &item, path};
    body(child);
    child.finish();
  }
}

void Reader::hide_unknown() {
  if (node_ == nullptr) return;
  for (std::size_t i = 0; i < node_->keys.size(); ++i)
    if (std::find(known_.begin(), known_.end(), node_->keys[i].text) == known_.end())
      context_.diagnostics.hide(place(node_->items[i]));
}

void Reader::finish() {
  if (node_ == nullptr || context_.describe != nullptr) return;
  const std::vector<std::string_view> candidates{known_.begin(), known_.end()};
  for (const auto& key : node_->keys) {
    if (std::find(known_.begin(), known_.end(), key.text) != known_.end()) continue;
    const auto guess = base::did_you_mean(key.text, candidates);
    context_.diagnostics.error({context_.files[key.file], key.line, key.column},
                               "unknown key `" + key.text.substr(0, 80) + "`" +
                                   (path_.empty() ? "" : " in `" + path_ + "`") +
                                   (guess ? "; did you mean `" + std::string{*guess} + "`?" : ""));
  }
}

}  // namespace herald::config
