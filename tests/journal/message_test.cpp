#include "journal/message.hpp"

#include <gtest/gtest.h>

namespace herald::journal {
namespace {

using model::Evidence;
using model::State;

store::JournalEntry entry(State before, State state, Evidence had = Evidence::none,
                          Evidence has = Evidence::none) {
  store::JournalEntry out;
  out.position = 17;
  out.id = "n1";
  out.kind = "message";
  out.producer = "token:shop";
  out.user = 42;
  out.before = before;
  out.state = state;
  out.reason = model::Reason::evidence_arrived;
  out.evidence_before = had;
  out.evidence = has;
  out.seq = 5;
  out.at = *base::parse_iso8601("2026-01-31T12:00:00Z");
  out.channel = "webchat";
  out.params_json = R"({"message":"a secret"})";
  out.events = {model::event::Cancel{"uid:1000"}};
  return out;
}

TEST(Message, SaysWhatBecameOfItAndNothingOfItsText) {
  const auto told = entry(State::waiting, State::delivered, Evidence::accepted, Evidence::read);
  EXPECT_EQ(message_id(told), "n1_5");
  EXPECT_EQ(message_body(told),
            R"({"type":"notification.delivered","timestamp":"2026-01-31T12:00:00.000000Z",)"
            R"("data":{"id":"n1","seq":5,"kind":"message","producer":"token:shop",)"
            R"("state":"delivered","before":"waiting","reason":"evidence_arrived",)"
            R"("evidence":"read","corrected":false,"channel":"webchat"}})");
}

TEST(Message, ItsTypeAndTopicsFollowWhatChanged) {
  struct Row {
    State before, state;
    Evidence had, has;
    unsigned topics;
    const char* type;
  };
  using enum Topic;
  constexpr auto none = Evidence::none, read = Evidence::read, told_back = Evidence::answered;
  for (const auto& row : {
           Row{State::waiting, State::undelivered, none, none, bit(ended), "undelivered"},
           Row{State::waiting, State::delivered, none, read, bit(ended) | bit(evidence),
               "delivered"},
           Row{State::unconfirmed, State::delivered, none, read, bit(corrected) | bit(evidence),
               "delivered"},
           Row{State::undelivered, State::queued, none, none, bit(redriven), "redriven"},
           Row{State::waiting, State::waiting, none, read, bit(evidence), "evidence"},
           Row{State::delivered, State::delivered, none, read, bit(evidence), "evidence"},
           Row{State::delivered, State::delivered, read, told_back, bit(answered) | bit(evidence),
               "answered"},
           Row{State::waiting, State::delivered, none, told_back,
               bit(ended) | bit(answered) | bit(evidence), "delivered"},
           Row{State::trying, State::waiting, none, none, bit(progress), "progress"},
           Row{State::delivered, State::delivered, read, read, bit(progress), "progress"},
       }) {
    const auto told = entry(row.before, row.state, row.had, row.has);
    EXPECT_EQ(topics_of(told), row.topics) << row.type;
    EXPECT_TRUE(message_body(told).starts_with(R"({"type":"notification.)" + std::string{row.type}))
        << message_body(told);
  }
}

TEST(Message, SaysWhatThePersonAnswered) {
  auto told = entry(State::delivered, State::delivered, Evidence::read, Evidence::answered);
  told.events = {model::event::Answered{{1, 0, 1}, "accept", "whatsapp", "s1"}};
  EXPECT_NE(message_body(told).find(R"("answer":{"action":"accept","channel":"whatsapp"})"),
            std::string::npos)
      << message_body(told);
  // One that came too late to count.
  told.evidence_before = Evidence::answered;
  EXPECT_EQ(message_body(told).find("\"answer\""), std::string::npos);
}

}  // namespace
}  // namespace herald::journal
