#include "webchat_test.hpp"

namespace webchat_test {
namespace {

using Deliver = Webchat;
using ConfigureWebchat = Webchat;

herald::Message message(const std::string& text) {
  herald::Message m;
  m.id = m.herald_id = "n1";
  m.type = "confirmation";
  m.user = m.recipient = kUser;
  m.address_kind = "user";
  m.subject = "Demande";
  m.parts = {{"text/markdown", {}, "markdown of " + text}, {"text/plain", {}, text}};
  m.actions = {{"accept", "OUI", "OUI"}};
  return m;
}

// covers: S01 S27
TEST_F(Deliver, PutsTheExactTextAndTheMarkdownIntoTheInboxAndIsAccepted) {
  const std::string text = "🔧 **Plomberie** <b> & \"x\"\nfin";
  const auto op = host.deliver(message(text));
  ASSERT_NE(host.outcome(op), nullptr);
  EXPECT_EQ(host.outcome(op)->result, HERALD_ACCEPTED);
  ASSERT_EQ(host.inbox.boxes[kUser].rows.size(), 1u);
  const auto& item = host.inbox.boxes[kUser].rows[0].item;
  EXPECT_EQ(item.text, text);
  EXPECT_EQ(item.markdown, "markdown of " + text);
  EXPECT_EQ(item.type, "confirmation");
  EXPECT_EQ(item.title, "Demande");
  EXPECT_EQ(item.herald_id, "n1");
  ASSERT_EQ(item.actions.size(), 1u);
  EXPECT_EQ(item.actions[0].id, "accept");
}

TEST_F(Deliver, TheSameNotificationTwiceArrivesOnce) {
  host.deliver(message("one"));
  const auto again = host.deliver(message("one"), 2);
  EXPECT_EQ(host.outcome(again)->result, HERALD_ACCEPTED);
  EXPECT_EQ(host.inbox.boxes[kUser].rows.size(), 1u);
}

TEST_F(Deliver, TakesTheMarkdownWhereThereIsNoPlainText) {
  auto m = message({});
  m.parts = {{"text/markdown", {}, "**x**"}};
  host.deliver(m);
  EXPECT_EQ(host.inbox.boxes[kUser].rows.at(0).item.text, "**x**");
  EXPECT_EQ(host.inbox.boxes[kUser].rows.at(0).item.markdown, "**x**");
}

TEST_F(Deliver, TakesPlainTextWhereThereIsNoMarkdownAndInfoWhereThereIsNoType) {
  auto m = message({});
  m.parts = {{"text/plain", {}, "plain"}};
  m.type.clear();
  host.deliver(m);
  EXPECT_EQ(host.inbox.boxes[kUser].rows.at(0).item.text, "plain");
  EXPECT_EQ(host.inbox.boxes[kUser].rows.at(0).item.markdown, "");
  EXPECT_EQ(host.inbox.boxes[kUser].rows.at(0).item.type, "info");
}

TEST_F(Deliver, RejectsWhatHasNoText) {
  auto m = message({});
  m.parts.clear();
  const auto op = host.deliver(m);
  ASSERT_NE(host.outcome(op), nullptr);
  EXPECT_EQ(host.outcome(op)->result, HERALD_REJECTED);
  EXPECT_EQ(host.outcome(op)->reason, HERALD_REASON_BAD_CONTENT);
}

// covers: S01
TEST_F(Deliver, AnInboxThatFailsIsNeverASuccess) {
  host.fail_next("append", HERALD_E_LIMIT);
  const auto full = host.deliver(message("one"));
  EXPECT_EQ(host.outcome(full)->result, HERALD_RETRY);
  auto nobody = message("one");
  nobody.user.clear();
  const auto rejected = host.deliver(nobody);
  EXPECT_EQ(host.outcome(rejected)->result, HERALD_REJECTED);
  EXPECT_EQ(host.outcome(rejected)->reason, HERALD_REASON_BAD_RECIPIENT);
}

TEST_F(Deliver, SaysWhatItCanDo) {
  const auto& d = host.descriptor();
  EXPECT_EQ(herald::view(d.id), "org.herald.webchat");
  EXPECT_EQ(herald::view(d.addresses), "user");
  EXPECT_EQ(herald::view(d.formats), "text/markdown text/plain");
  EXPECT_EQ(d.flags,
            uint32_t{HERALD_PLUGIN_IDEMPOTENT | HERALD_PLUGIN_RECEIPTS | HERALD_PLUGIN_INBOX_ONLY});
  EXPECT_EQ(d.evidence, herald::evidence(HERALD_RECEIPT_SENT, HERALD_RECEIPT_DELIVERED,
                                         HERALD_RECEIPT_READ, HERALD_RECEIPT_ANSWERED));
}

TEST_F(ConfigureWebchat, RefusesWhatItDoesNotKnowByName) {
  const auto unknown = host.configure(R"({"keep":10})");
  EXPECT_EQ(unknown.code, HERALD_E_INVALID);
  EXPECT_NE(unknown.text.find("`keep`"), std::string::npos) << unknown.text;
  for (const auto* bad : {"", "[]", "{", "{} x", "null"})
    EXPECT_EQ(host.configure(bad).code, HERALD_E_INVALID) << bad;
  EXPECT_TRUE(host.configure("{}").ok());
}

}  // namespace
}  // namespace webchat_test
