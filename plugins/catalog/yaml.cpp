#include "yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <charconv>
#include <set>
#include <sstream>

#include "texts.hpp"

namespace catalog {
namespace {

constexpr std::size_t kMaxBytes = 1 << 20, kMaxDepth = 64, kMaxNodes = 100'000;

class Builder : public YAML::EventHandler {
 public:
  explicit Builder(std::string file) : file_{std::move(file)} {}
  Node take() { return std::move(root_); }
  Place place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 1, 1};
    return {file_, static_cast<std::size_t>(mark.line) + 1,
            static_cast<std::size_t>(mark.column) + 1};
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) mistake(place(mark), "a second document begins here; keep one per file");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, {}, anchor);
    if (wants_key()) mistake(place(mark), "a key is empty; give it a name");
    add({Node::Kind::null, {}, false, {}, {}, place(mark)});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    mistake(place(mark), "aliases (`*name`) are not allowed; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    if (!wants_key()) return add({Node::Kind::scalar, value, tag == "!", {}, {}, place(mark)});
    if (value == "<<")
      mistake(place(mark), "merge keys (`<<`) are not allowed; write the values out");
    if (!stack_.back().seen.insert(value).second)
      mistake(place(mark), "`" + value + "` stands here twice; remove one");
    stack_.back().node.keys.push_back(value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    std::set<std::string> seen;
  };

  bool wants_key() const {
    if (stack_.empty()) return false;
    const auto& node = stack_.back().node;
    return node.kind == Node::Kind::map && node.keys.size() == node.children.size();
  }
  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0)
      mistake(place(mark),
              "anchors (`&name`) are not allowed; write the value out where it is needed");
    if (!tag.empty() && tag != "?" && tag != "!")
      mistake(place(mark), "tags (`!name`) are not allowed; remove it");
    if (++nodes_ > kMaxNodes) mistake(place(mark), "more than 100,000 values; split the file");
  }
  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    check(mark, tag, anchor);
    if (wants_key()) mistake(place(mark), "a key must be a text");
    if (stack_.size() >= kMaxDepth) mistake(place(mark), "nested deeper than 64 levels");
    stack_.push_back({{kind, {}, false, {}, {}, place(mark)}, {}});
  }
  void close() {
    auto node = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(node));
  }
  void add(Node node) {
    if (stack_.empty())
      root_ = std::move(node);
    else
      stack_.back().node.children.push_back(std::move(node));
  }

  std::string file_;
  Node root_;
  std::vector<Frame> stack_;
  std::size_t nodes_ = 0, documents_ = 0;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i] == key && children[i].kind != Kind::null) return &children[i];
  return nullptr;
}

Node parse_yaml(const std::string& file, const std::string& text) {
  if (text.size() > kMaxBytes) mistake({file}, "larger than 1 MiB");
  if (!is_text(text)) mistake({file}, "not UTF-8 text; save it as UTF-8");
  Builder builder{file};
  try {
    std::istringstream in{text};
    YAML::Parser parser{in};
    while (parser.HandleNextDocument(builder)) continue;
  } catch (const YAML::Exception& bad) {
    mistake(builder.place(bad.mark), bad.msg);
  }
  auto root = builder.take();
  root.at.file = file;
  return root;
}

const Node& as_map(const Node& node, const std::string& what) {
  if (node.kind != Node::Kind::map) mistake(node.at, what + " must be a map of `name: value`");
  return node;
}

const Node& as_map(const Node& node, const std::string& what,
                   std::initializer_list<std::string_view> keys) {
  as_map(node, what);
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    bool known = false;
    std::string all;
    for (const auto& key : keys) {
      known = known || key == node.keys[i];
      all += (all.empty() ? "" : ", ") + std::string{key};
    }
    if (!known)
      mistake(node.children[i].at,
              what + " has no setting `" + node.keys[i] + "`; there are: " + all);
  }
  return node;
}

const Node& as_list(const Node& node, const std::string& what) {
  if (node.kind != Node::Kind::list) mistake(node.at, what + " must be a list: [a, b]");
  return node;
}

const std::string& as_text(const Node& node, const std::string& what) {
  if (node.kind != Node::Kind::scalar) mistake(node.at, what + " must be a text");
  return node.text;
}

bool as_bool(const Node& node, const std::string& what) {
  if (node.kind == Node::Kind::scalar && !node.quoted) {
    if (node.text == "true") return true;
    if (node.text == "false") return false;
  }
  mistake(node.at, what + " must be true or false");
}

std::size_t as_size(const Node& node, const std::string& what, std::size_t max) {
  std::size_t value = 0;
  const auto* end = node.text.data() + node.text.size();
  const auto [stop, problem] = std::from_chars(node.text.data(), end, value);
  if (node.kind != Node::Kind::scalar || problem != std::errc{} || stop != end || value < 1 ||
      value > max)
    mistake(node.at, what + " must be a whole number from 1 to " + std::to_string(max));
  return value;
}

}  // namespace catalog
