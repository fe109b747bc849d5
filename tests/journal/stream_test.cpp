#include "journal/bench.hpp"

namespace herald::journal {
namespace {

using namespace testing;
using What = Stream::Told::What;

struct StreamTest : ::testing::Test {
  HandClock clock;
  HandExecutor executor{clock};
  MemoryJournal store;
  Feed feed{store, executor};
  int ready = 0;

  std::shared_ptr<Stream> follow(std::optional<uint64_t> after, unsigned page = 256) {
    return feed.follow({after, {}, false, page}, [this] { ++ready; });
  }
  /// "begins 0, 1 a, gap 5": all there is now.
  std::string taken(Stream& stream) {
    std::string out;
    const auto drain = [&] {
      while (auto told = stream.next()) {
        out += out.empty() ? "" : ", ";
        const auto position = std::to_string(told->position);
        out += told->what == What::begins    ? "begins " + position
               : told->what == What::gap     ? "gap " + position
               : told->what == What::refused ? "refused " + position
                                             : position + " " + told->entry.id;
      }
    };
    for (int i = 0; i < 4; ++i) drain();  // each finds nothing in the end, and asks
    return out;
  }
};

TEST_F(StreamTest, BeginsNowOrAtACursor) {
  for (const auto* id : {"a", "b", "c"}) store.add(id);
  EXPECT_EQ(taken(*follow({})), "begins 3");
  EXPECT_EQ(taken(*follow(0)), "begins 0, 1 a, 2 b, 3 c");
  EXPECT_EQ(taken(*follow(2)), "begins 2, 3 c");
  EXPECT_EQ(taken(*follow(3)), "begins 3");
  EXPECT_EQ(taken(*follow(4)), "refused 4");
}

TEST_F(StreamTest, GoesOnWithWhatIsCommittedLater) {
  const auto stream = follow({});
  EXPECT_EQ(taken(*stream), "begins 0");
  store.add("a");
  const int before = ready;
  feed.grown();
  EXPECT_EQ(ready, before + 1);
  EXPECT_EQ(taken(*stream), "1 a");
  store.add("b");  // nobody tells: the backstop looks
  executor.pass(2s);
  EXPECT_EQ(taken(*stream), "2 b");
}

TEST_F(StreamTest, WhoeverDoesNotReadCostsOnePage) {
  for (int i = 0; i < 1000; ++i) store.add("a");
  const auto stream = follow(0, 10);
  EXPECT_FALSE(stream->next());
  const int reads = store.reads;
  for (int i = 0; i < 100; ++i) feed.grown();
  EXPECT_EQ(store.reads, reads);
  int seen = 0;
  while (seen < 1000) {
    const auto told = stream->next();
    if (!told || told->what != What::entry) continue;
    EXPECT_EQ(told->position, static_cast<uint64_t>(++seen));
  }
}

TEST_F(StreamTest, PassesOverWhatIsNotWantedAndKnowsHowFar) {
  for (int i = 0; i < 600; ++i) store.add(i == 599 ? "mine" : "other");
  const auto stream = feed.follow(
      {uint64_t{0}, [](const auto& e) { return e.id == "mine"; }, false, 100}, [this] { ++ready; });
  EXPECT_EQ(taken(*stream), "begins 0, 600 mine");
  EXPECT_EQ(stream->position(), 600U);
}

TEST_F(StreamTest, SaysWhatWasRemoved) {
  store.first = 6;
  for (const auto* id : {"f", "g"}) store.add(id);
  EXPECT_EQ(taken(*follow(2)), "begins 2, gap 5, 6 f, 7 g");
  EXPECT_EQ(taken(*follow(5)), "begins 5, 6 f, 7 g");
  EXPECT_EQ(taken(*follow({})), "begins 7") << "who begins now misses nothing";
}

TEST_F(StreamTest, AReadThatWasRefusedIsMadeAgain) {
  store.add("a");
  store.broken = true;
  const auto stream = follow(0);
  EXPECT_EQ(taken(*stream), "");
  store.broken = false;
  executor.pass(2s);
  EXPECT_EQ(taken(*stream), "begins 0, 1 a");
}

}  // namespace
}  // namespace herald::journal
