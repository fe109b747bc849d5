#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "ctl/fixture.hpp"

namespace herald::ctl {
namespace {

using Cli = herald::testing::CtlTest;

TEST_F(Cli, HelpNamesEveryCommandAndTheExitCodes) {
  EXPECT_EQ(run({"--help"}), Exit::ok);
  for (const auto* word :
       {"send", "show", "list", "dead-letters", "redrive", "cancel", "status", "channels",
        "monitor", "config check", "reload", "user add", "user show", "token user", "token service",
        "token list", "token revoke", "5 not found"})
    EXPECT_NE(out.str().find(word), std::string::npos) << word;
  EXPECT_EQ(run({}), Exit::usage);
  EXPECT_EQ(out.str(), "");
}

TEST_F(Cli, EveryCommandHasHelpWithExamples) {
  const std::vector<std::vector<std::string>> commands = {{"send"},
                                                          {"show"},
                                                          {"list"},
                                                          {"dead-letters"},
                                                          {"redrive"},
                                                          {"cancel"},
                                                          {"status"},
                                                          {"channels"},
                                                          {"monitor"},
                                                          {"config", "check"},
                                                          {"reload"},
                                                          {"user", "add"},
                                                          {"user", "show"},
                                                          {"token", "user"},
                                                          {"token", "service"},
                                                          {"token", "list"},
                                                          {"token", "revoke"}};
  for (auto words : commands) {
    words.push_back("--help");
    EXPECT_EQ(run(words), Exit::ok) << words[0];
    EXPECT_NE(out.str().find("Examples:\n  heraldctl " + words[0]), std::string::npos) << out.str();
    EXPECT_NE(out.str().find("--socket"), std::string::npos);
    EXPECT_NE(out.str().find("--json"), std::string::npos);
  }
  EXPECT_EQ(run({"help", "token", "user"}), Exit::ok);
  EXPECT_NE(out.str().find("--lifetime"), std::string::npos);
}

TEST_F(Cli, WrongWordsAreUsageErrorsWithAProposal) {
  const auto says = [this](std::vector<std::string> words, const char* what) {
    EXPECT_EQ(run(words), Exit::usage);
    EXPECT_NE(err.str().find(what), std::string::npos) << err.str();
    EXPECT_EQ(out.str(), "");
  };
  says({"sen"}, "did you mean \"send\"");
  says({"statsu"}, "did you mean \"status\"");
  says({"tokens"}, "did you mean \"token");
  says({"user", "ad"}, "did you mean \"user add\"");
  says({"user"}, "user needs one of: add, show");
  says({"frobnicate"}, "unknown command");
  says({"status", "--jsno"}, "did you mean --json");
  says({"status", "extra"}, "too many arguments");
  says({"list", "--limit", "many"}, "limit");
  says({"list", "--since", "yesterday"}, "--since");
  says({"show"}, "show needs an ID");
  says({"cancel"}, "cancel needs an ID");
  says({"redrive"}, "redrive needs an ID, a filter or --all");
  says({"redrive", "--before", "n1"}, "redrive needs an ID, a filter or --all");
  says({"redrive", "--since", "soon"}, "--since wants a time");
  says({"user", "add", "--name", "x"}, "--phone");
  says({"user", "add", "--identity", "nonsense"}, "KIND=VALUE");
  says({"user", "show"}, "WHO");
  says({"token", "user"}, "WHO");
  says({"token", "user", "7", "--lifetime", "soon"}, "--lifetime");
  says({"token", "service"}, "NAME");
  says({"token", "service", "shop"}, "--scope");
  says({"token", "revoke"}, "NAME");
  says({"token", "revoke", "shop", "--user", "7"}, "either");
}

TEST_F(Cli, TheSocketComesFromTheOptionThenTheEnvironment) {
  EXPECT_EQ(ask({"status"}), Exit::ok);
  environment["HERALD_SOCKET"] = "/nowhere/control";
  EXPECT_EQ(run({"status"}), Exit::unreachable);
  EXPECT_NE(err.str().find("/nowhere/control"), std::string::npos);
  EXPECT_EQ(run({"status", "--socket", server.path}), Exit::ok);
  EXPECT_EQ(run({"--socket", server.path, "status"}), Exit::ok);
}

TEST_F(Cli, ExitCodesSayWhatWentWrong) {
  using base::Code;
  const std::pair<Code, Exit> table[] = {
      {Code::not_found, Exit::not_found}, {Code::denied, Exit::denied},
      {Code::invalid, Exit::usage},       {Code::unprocessable, Exit::usage},
      {Code::conflict, Exit::failed},     {Code::unavailable, Exit::failed},
      {Code::internal, Exit::failed},     {Code::unsupported, Exit::failed},
  };
  for (const auto& [code, expected] : table) {
    server.operations.answer("timeline", base::fail(code, "because of that", "params.x"));
    EXPECT_EQ(ask({"show", "n1"}), expected) << to_string(code);
    EXPECT_EQ(out.str(), "");
    if (code != Code::unsupported) {
      EXPECT_NE(err.str().find("because of that"), std::string::npos);
    }
  }
}

TEST_F(Cli, WithJsonAFailureIsADocumentToo) {
  server.operations.answer("timeline", base::fail(base::Code::not_found, "no such notification"));
  EXPECT_EQ(ask({"show", "n1", "--json"}), Exit::not_found);
  EXPECT_EQ(out.str(),
            "{\"error\":{\"name\":\"io.herald.NotFound\",\"message\":\"no such "
            "notification\",\"id\":\"n1\"}}\n");
  environment["HERALD_SOCKET"] = "/nowhere/control";
  EXPECT_EQ(run({"--json", "status"}), Exit::unreachable);
  EXPECT_EQ(boost::json::parse(out.str()).at("error").at("name"), "unavailable");
}

TEST_F(Cli, AMessageFromOutsideCannotSteerTheTerminal) {
  server.operations.answer("timeline", base::fail(base::Code::internal, "bad \x1b[31m news\r"));
  ask({"show", "n1"});
  EXPECT_EQ(err.str().find('\x1b'), std::string::npos);
  EXPECT_NE(err.str().find("\\x1b[31m news\\x0d"), std::string::npos);
}

TEST_F(Cli, VersionIsShown) {
  EXPECT_EQ(run({"--version"}), Exit::ok);
  EXPECT_TRUE(out.str().starts_with("heraldctl "));
}

}  // namespace
}  // namespace herald::ctl
