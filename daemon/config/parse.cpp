#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_set>

#include "config/tree.hpp"

namespace herald::config {
namespace {

struct Place {
  unsigned line = 0, column = 0;
};

// Places in characters from offsets in bytes, without walking a long line again for every node on
// it.
class Places {
 public:
  explicit Places(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i)
      if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continuations_.push_back(i);
  }
  Place of(const YAML::Mark& mark) const {
    if (mark.is_null()) return {1, 1};
    const auto end = static_cast<std::size_t>(std::max(mark.pos, 0));
    const auto column = static_cast<std::size_t>(std::max(mark.column, 0));
    const auto start = end - std::min(end, column);
    const auto extra = std::lower_bound(continuations_.begin(), continuations_.end(), end) -
                       std::lower_bound(continuations_.begin(), continuations_.end(), start);
    return {static_cast<unsigned>(mark.line + 1),
            static_cast<unsigned>(column - std::min(column, static_cast<std::size_t>(extra)) + 1)};
  }

 private:
  std::vector<std::size_t> continuations_;
};

// Thrown through yaml-cpp to end the walk; what is wrong was reported.
struct Stop {};

class Builder : public YAML::EventHandler {
 public:
  Builder(uint16_t file, const std::string& name, const Places& places, Diagnostics& diagnostics)
      : file_(file), name_(name), places_(places), diagnostics_(diagnostics) {}

  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1)
      stop(mark, "a second document begins here; a configuration file is one document");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expects_key()) return key(mark, {}, false);
    add(make(Node::Kind::null, mark, {}, anchor));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    error(mark, "aliases (`*name`) are not allowed; write the value out");
    if (expects_key()) return key(mark, {}, true);
    add(make(Node::Kind::broken, mark, {}, 0));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (expects_key()) {
      if (anchor != 0) anchored(mark);
      return key(mark, value, false);
    }
    auto node = make(Node::Kind::scalar, mark, tag, anchor);
    node.text = value;
    node.quoted = tag == "!";
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::sequence, mark, tag, anchor);
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
    bool has_key = false;  // the next value belongs to the last key
    bool drop = false;     // ... and is thrown away: the key was a mistake
    std::unordered_set<std::string> seen;
  };

  void error(const YAML::Mark& mark, std::string message) {
    const auto p = places_.of(mark);
    diagnostics_.error({name_, p.line, p.column}, std::move(message));
    if (++errors_ >= Diagnostics::kMost) throw Stop{};
  }
  [[noreturn]] void stop(const YAML::Mark& mark, std::string message) {
    error(mark, std::move(message));
    throw Stop{};
  }
  void anchored(const YAML::Mark& mark) {
    error(mark, "anchors (`&name`) are not allowed; write the value out where it is needed");
  }
  bool expects_key() const {
    return !stack_.empty() && stack_.back().node.kind == Node::Kind::map && !stack_.back().has_key;
  }

  Node make(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    if (++nodes_ > kMaxNodes) stop(mark, kTooMany);
    if (anchor != 0) anchored(mark);
    if (!tag.empty() && tag != "?" && tag != "!") error(mark, "tags (`!name`) are not allowed");
    const auto p = places_.of(mark);
    Node node;
    node.kind = kind;
    node.file = file_;
    node.line = p.line;
    node.column = p.column;
    return node;
  }

  void key(const YAML::Mark& mark, const std::string& text, bool complained) {
    auto& frame = stack_.back();
    frame.has_key = true;
    frame.drop = true;
    if (complained) return;
    if (text.empty()) return error(mark, "a key is empty");
    if (text == "<<") return error(mark, "merge keys (`<<`) are not allowed; write the values out");
    if (!frame.seen.insert(text).second) {
      const auto& keys = frame.node.keys;
      const auto first =
          std::find_if(keys.begin(), keys.end(), [&](const auto& k) { return k.text == text; });
      return error(mark, "`" + text + "` stands here twice, first on line " +
                             (first == keys.end() ? "?" : std::to_string(first->line)) +
                             "; remove one");
    }
    const auto p = places_.of(mark);
    frame.drop = false;
    frame.node.keys.push_back({text, file_, p.line, p.column});
  }

  void add(Node node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    auto& frame = stack_.back();
    if (frame.node.kind == Node::Kind::map) {
      frame.has_key = false;
      if (frame.drop) return;
      if (node.kind == Node::Kind::null) {  // yaml-cpp gives it the place of whatever follows
        node.line = frame.node.keys.back().line;
        node.column = frame.node.keys.back().column;
      }
    }
    frame.node.items.push_back(std::move(node));
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    if (expects_key()) stop(mark, "a key must be plain text");
    if (stack_.size() >= kMaxDepth) stop(mark, "more than 64 levels deep");
    stack_.push_back({make(kind, mark, tag, anchor), false, false, {}});
  }
  void close() {
    auto node = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(node));
  }

  uint16_t file_;
  const std::string& name_;
  const Places& places_;
  Diagnostics& diagnostics_;
  Node root_;
  std::vector<Frame> stack_;
  std::size_t nodes_ = 0, documents_ = 0, errors_ = 0;
};

}  // namespace

std::optional<Node> parse(std::string_view text, uint16_t file, const std::string& name,
                          Diagnostics& diagnostics) {
  if (!clean(text, name, diagnostics)) return std::nullopt;
  const Places places{text};
  Builder builder{file, name, places, diagnostics};
  try {
    // yaml-cpp 0.7 takes the end of the file for the end of an open quote when a line end comes
    // before it: a half-written file would be accepted. Behind a comment without line end it does
    // not.
    std::istringstream stream{std::string{text} + "\n#"};
    YAML::Parser parser{stream};
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
    return std::nullopt;
  } catch (const YAML::Exception& e) {
    const auto p = places.of(e.mark);
    diagnostics.error({name, p.line, p.column}, "not YAML: " + e.msg);
    return std::nullopt;
  }
  auto root = builder.take();
  if (root.kind == Node::Kind::null) {
    root.kind = Node::Kind::map;
    root.file = file;
    root.line = root.column = 1;
  }
  if (root.kind != Node::Kind::map) {
    diagnostics.error({name, root.line, root.column},
                      "a configuration file is a list of `key: value` lines");
    return std::nullopt;
  }
  return root;
}

}  // namespace herald::config
