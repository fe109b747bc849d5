#include "control/idl.hpp"

#include <algorithm>
#include <cctype>

namespace herald::control::idl {

/// Recursive descent over the description; the first error wins.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  base::Result<Interface> run() {
    Interface out;
    if (!word("interface")) return error("expected \"interface\"");
    skip();
    out.name_ = take(
        [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-'; });
    if (out.name_.find('.') == std::string::npos)
      return error("expected a reverse-domain interface name");
    for (skip(); ok() && at_ < text_.size(); skip()) member(out);
    if (!ok()) return error(problem_);
    return out;
  }

 private:
  void member(Interface& out) {
    if (word("type")) {
      Field f{name(), {}};
      f.type = type();
      out.types_.push_back(std::move(f));
    } else if (word("error")) {
      Field f{name(), {}};
      f.type = type();
      out.errors_.push_back(std::move(f));
    } else if (word("method")) {
      Method m;
      m.name = name();
      m.in = type().fields;
      expect("->");
      m.out = type().fields;
      out.methods_.push_back(std::move(m));
    } else {
      problem("expected type, method or error");
    }
  }

  Type type() {
    Type t;
    if (accept("?")) {
      t = type();
      if (t.nullable) problem("?? is not a type");
      t.nullable = true;
    } else if (accept("[]")) {
      t.kind = Type::Kind::array;
      t.element = std::make_shared<Type>(type());
    } else if (accept("[string]")) {
      t.kind = Type::Kind::map;
      t.element = std::make_shared<Type>(type());
    } else if (accept("(")) {
      body(t);
    } else {
      t = simple();
    }
    return t;
  }

  /// Inside the parentheses: "(a, b)" is a choice, "(a: int, b: string)" a structure; "()" an empty
  /// structure.
  void body(Type& t) {
    t.kind = Type::Kind::structure;
    if (++depth_ > 16) return problem("types are nested too deep");
    if (!accept(")")) {
      do {
        auto n = name();
        if (accept(":")) {
          t.fields.push_back({std::move(n), type()});
        } else {
          t.kind = Type::Kind::choice;
          t.choices.push_back(std::move(n));
        }
      } while (ok() && accept(","));
      expect(")");
      if (!t.fields.empty() && !t.choices.empty()) problem("a choice and a structure are mixed");
    }
    --depth_;
  }

  Type simple() {
    Type t;
    const auto n = name();
    if (n == "bool")
      t.kind = Type::Kind::boolean;
    else if (n == "int")
      t.kind = Type::Kind::integer;
    else if (n == "float")
      t.kind = Type::Kind::number;
    else if (n == "string")
      t.kind = Type::Kind::text;
    else if (n == "object")
      t.kind = Type::Kind::object;
    else {
      t.kind = Type::Kind::named;
      t.name = n;
    }
    return t;
  }

  void skip() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
        ++at_;
      } else {
        return;
      }
    }
  }
  bool accept(std::string_view token) {
    skip();
    if (!ok() || !text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  bool word(std::string_view w) {
    skip();
    const auto end = at_ + w.size();
    if (!text_.substr(at_).starts_with(w) || end >= text_.size() || text_[end] != ' ') return false;
    at_ = end;
    return true;
  }
  void expect(std::string_view token) {
    if (ok() && !accept(token)) problem("expected \"" + std::string{token} + "\"");
  }
  template <class F>
  std::string take(F&& accepts) {
    const auto start = at_;
    while (at_ < text_.size() && accepts(text_[at_])) ++at_;
    return std::string{text_.substr(start, at_ - start)};
  }
  std::string name() {
    skip();
    auto n = take([](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; });
    if (n.empty()) problem("expected a name");
    return n;
  }

  bool ok() const { return problem_.empty(); }
  void problem(std::string what) {
    if (ok()) problem_ = std::move(what);
  }
  base::Error error(std::string what) const {
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(at_, text_.size()));
    return base::fail(base::Code::invalid, std::move(what),
                      "line " + std::to_string(1 + std::count(text_.begin(), end, '\n')));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string problem_;
};

base::Result<Interface> Interface::parse(std::string_view text) { return Parser{text}.run(); }

const Method* Interface::method(std::string_view name) const noexcept {
  for (const auto& m : methods_)
    if (m.name == name) return &m;
  return nullptr;
}

}  // namespace herald::control::idl

namespace herald::control {

std::string_view service_interface_text() {
  return R"(# What every Varlink service answers: who it is, and how its interfaces look.
interface org.varlink.service

method GetInfo() -> (
  vendor: string,
  product: string,
  version: string,
  url: string,
  interfaces: []string
)

method GetInterfaceDescription(interface: string) -> (description: string)

error InterfaceNotFound (interface: string)

error MethodNotFound (method: string)

error MethodNotImplemented (method: string)

error InvalidParameter (parameter: string)

error PermissionDenied ()

error ExpectedMore ()
)";
}

}  // namespace herald::control
