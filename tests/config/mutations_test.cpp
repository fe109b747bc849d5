// A good file, changed at random: each change either still loads or is complained about at a place.
#include <random>

#include "config/settings.hpp"
#include "support.hpp"

namespace herald::config {
namespace {

// No <random> distribution: their results differ between standard libraries, and a seed must
// replay.
class Mutator {
 public:
  explicit Mutator(uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return n == 0 ? 0 : engine_() % n; }

  std::string mutate(const std::string& text) {
    auto lines = split(text);
    auto& line = lines[below(lines.size())];
    static const std::string kOdd[] = {"",
                                       "~",
                                       "[]",
                                       "{}",
                                       "-1",
                                       "99999999999999999999",
                                       "true",
                                       "nope",
                                       "\"",
                                       "[",
                                       "{",
                                       "*a",
                                       "&a 1",
                                       "!!int 3",
                                       "1e9",
                                       "0s",
                                       "9999d",
                                       "\t",
                                       "é",
                                       ": :",
                                       "- -",
                                       "|",
                                       "%",
                                       "@",
                                       std::string(1, '\0')};
    const auto& odd = kOdd[below(std::size(kOdd))];
    switch (below(9)) {
      case 0:
        line.clear();
        break;  // a line is lost
      case 1:
        lines.insert(lines.begin() + static_cast<long>(below(lines.size())), line);
        break;  // ... or doubled
      case 2:
        if (!line.empty()) line.erase(below(line.size()), 1);
        break;
      case 3:
        if (!line.empty()) std::swap(line[below(line.size())], line[below(line.size())]);
        break;
      case 4:
        line.insert(below(line.size() + 1), odd);
        break;
      case 5:
        if (const auto colon = line.find(": "); colon != std::string::npos)
          line = line.substr(0, colon + 2) + odd;
        break;
      case 6:
        line.insert(0, std::string(1 + below(3), ' '));
        break;  // other indentation
      case 7:
        if (!line.empty()) line[below(line.size())] = static_cast<char>(engine_());
        break;
      default:
        lines.resize(below(lines.size()) + 1);
        break;  // half written
    }
    std::string out;
    for (const auto& l : lines) out += l + '\n';
    return out;
  }

 private:
  static std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);)
      if (line.find_first_not_of(' ') != std::string::npos &&
          line[line.find_first_not_of(' ')] != '#')
        lines.push_back(line);
    return lines;
  }
  std::mt19937_64 engine_;
};

// covers: F47
TEST(Mutations, EachLoadsOrIsComplainedAboutAtAPlace) {
  const std::string good = slurp(std::string{HERALD_SOURCE} + "/config/herald.yaml") +
                           "\ndevelopment: true\nlocale: fr\n";
  ASSERT_TRUE(Loaded{good}.result) << Loaded{good}.shown();
  int refused = 0;
  for (uint64_t seed = 1; seed <= 600; ++seed) {
    Mutator mutator{seed};
    auto text = mutator.mutate(good);
    if (seed % 3 == 0) text = mutator.mutate(text);
    SCOPED_TRACE("seed " + std::to_string(seed));
    Diagnostics d;
    base::Result<ConfigPtr> result = base::fail(base::Code::internal, "");
    ASSERT_NO_THROW(result = load_text({{"t.yaml", text}}, d, "/etc/herald")) << text;
    if (result) {
      EXPECT_TRUE(d.ok());
      continue;
    }
    ++refused;
    ASSERT_GE(d.errors(), 1U);
    for (const auto& one : d.all()) {
      EXPECT_GT(one.mark.line, 0U) << one.message;
      EXPECT_GT(one.mark.column, 0U) << one.message;
      EXPECT_FALSE(one.message.empty());
    }
    EXPECT_NO_THROW(d.render(true));
  }
  EXPECT_GT(refused, 240);
}

// covers: F47
TEST(Mutations, EveryKeyMistypedIsAnUnknownKeyWithTheRightGuess) {
  int guessed = 0;
  for (const auto& s : settings()) {
    if (s.path.find_first_of(".*[") != std::string::npos) continue;
    auto wrong = s.path;
    std::swap(wrong[1], wrong[2]);
    if (wrong == s.path) continue;
    const Loaded l{wrong + ": {}\n"};
    EXPECT_THAT(l.shown(), testing::HasSubstr("t.yaml:1:1: error: unknown key `" + wrong + "`"));
    guessed += l.shown().find("did you mean `" + s.path + "`?") != std::string::npos ? 1 : 0;
  }
  EXPECT_GE(guessed, 10);  // transposed letters of the shortest words are too far off to guess
}

}  // namespace
}  // namespace herald::config
