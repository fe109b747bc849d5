#include "catalog_test.hpp"

namespace catalog_test {
namespace {

const std::string kRequest =
    R"("service":"Électricité","location":"Bonamoussadi","description":"problème d'électricité dans ma chambre","urgency":"normal")";

// covers: S58
TEST_F(Shipped, ConfirmationIsTheGoldenTextInBothFormats) {
  const auto out = render("service_request.confirmed", "{" + kRequest + "}");
  const auto want = golden("service_request.confirmed.fr.txt");
  EXPECT_EQ(out.at("text/plain"), want);
  EXPECT_EQ(out.at("text/markdown"), want);
  EXPECT_EQ(out.at("title"), "Demande confirmée");
  EXPECT_FALSE(out.contains("actions"));
}

// covers: S60 S62
TEST_F(Shipped, ProviderFoundIsTheGoldenTextWithoutAJoinerInItsEmoji) {
  const auto text = plain("service_request.status",
                          R"({"service":"Électricité","status":"assigned","request_id":7,
                              "provider":{"name":"Jean Dupont","phone":"237691234567","rating":4.5}})");
  EXPECT_EQ(text, golden("service_request.status.assigned.fr.txt"));
  EXPECT_NE(text.find("\U0001F468\U0001F527 **Prestataire**"), std::string::npos);
  EXPECT_EQ(text.find("\u200D"), std::string::npos);
}

// covers: S63 S64 S99
TEST_F(Shipped, ProviderRequestIsTheGoldenTextWithTwoActions) {
  const auto out =
      render("provider.request",
             "{" + kRequest + R"(,"price":{"min":3000,"max":10000,"currency":"XAF"}})");
  EXPECT_EQ(out.at("text/plain"), golden("provider.request.fr.txt"));
  EXPECT_EQ(out.at("text/markdown"), golden("provider.request.fr.txt"));
  EXPECT_EQ(
      out.at("actions"),
      R"([{"id":"accept","label":"OUI","text":"OUI"},{"id":"refuse","label":"NON","text":"NON"}])");
}

// covers: S65
TEST_F(Shipped, PriceRangesFollowTheServiceWhereTheProducerSendsNone) {
  const auto estimate = [&](const std::string& service) {
    const auto text = plain("provider.request",
                            R"({"location":"x","description":"y","service":")" + service + "\"}");
    const auto from = text.find("**Estimation**: ") + 16;
    return text.substr(from, text.find('\n', from) - from);
  };
  EXPECT_EQ(estimate("Plomberie"), "5 000 - 15 000 XAF");
  EXPECT_EQ(estimate("plomberie "), "5 000 - 15 000 XAF");
  EXPECT_EQ(estimate("Électricité"), "3 000 - 10 000 XAF");
  EXPECT_EQ(estimate("ELECTRICITE"), "3 000 - 10 000 XAF");
  EXPECT_EQ(estimate("Électroménager"), "2 000 - 8 000 XAF");
  EXPECT_EQ(estimate("Jardinage"), "2 000 - 10 000 XAF");
}

// covers: S64
TEST_F(Shipped, AProducersOwnPriceIsGroupedByAsciiSpaces) {
  const auto text =
      plain("provider.request",
            "{" + kRequest + R"(,"price":{"min":500,"max":1250000,"currency":"EUR"}})");
  EXPECT_NE(text.find("**Estimation**: 500 - 1 250 000 EUR\n"), std::string::npos) << text;
  EXPECT_NE(plain("provider.request", "{" + kRequest + R"(,"price":{"min":1000,"max":2000}})")
                .find(": 1 000 - 2 000 XAF"),
            std::string::npos);
}

// covers: S59
TEST_F(Shipped, UrgencyIsNormalWhereThereIsNoneAndBeginsWithACapital) {
  const auto urgency = [&](const std::string& json) {
    const auto text = plain("service_request.confirmed",
                            R"({"service":"s","location":"l","description":"d")" + json + "}");
    const auto from = text.find("**Urgence**: ") + 13;
    return text.substr(from, text.find('\n', from) - from);
  };
  EXPECT_EQ(urgency(""), "Normal");
  EXPECT_EQ(urgency(R"(,"urgency":null)"), "Normal");
  EXPECT_EQ(urgency(R"(,"urgency":" ")"), "Normal");
  EXPECT_EQ(urgency(R"(,"urgency":"normal")"), "Normal");
  EXPECT_EQ(urgency(R"(,"urgency":"élevée")"), "Élevée");
  EXPECT_EQ(urgency(R"(,"urgency":"URGENT")"), "URGENT");
}

// covers: S69
TEST_F(Shipped, PlainTextKeepsItsBoldMarkers) {
  const auto out = render("service_request.confirmed", "{" + kRequest + "}", "fr", "text/plain");
  EXPECT_FALSE(out.contains("text/markdown"));
  EXPECT_TRUE(out.at("text/plain").starts_with("✅ **Demande confirmée !**\n\n"));
}

TEST_F(Shipped, GivesFieldsFormattedAndAVersion) {
  const auto out = render("provider.request",
                          "{" + kRequest + R"(,"price":{"min":3000,"max":10000},"request_id":12})");
  const auto fields = boost::json::parse(out.at("fields")).as_object();
  EXPECT_EQ(fields.at("price.min").as_string(), "3 000");
  EXPECT_EQ(fields.at("price.currency").as_string(), "XAF");
  EXPECT_EQ(fields.at("urgency").as_string(), "Normal");
  EXPECT_EQ(fields.at("request_id").as_string(), "12");
  EXPECT_EQ(out.at("version").size(), 16u);
}

TEST_F(Shipped, ChoosesTheLocaleAndFallsBackToTheFirst) {
  const std::string params = R"({"service":"x","status":"paid"})";
  EXPECT_TRUE(plain("service_request.status", params, "en").starts_with("💰 **Payment completed**"));
  EXPECT_TRUE(
      plain("service_request.status", params, "en-GB").starts_with("💰 **Payment completed**"));
  EXPECT_TRUE(
      plain("service_request.status", params, "fr-CM").starts_with("💰 **Paiement terminé**"));
  EXPECT_TRUE(plain("service_request.status", params, "de").starts_with("💰 **Paiement terminé**"));
  EXPECT_TRUE(plain("service_request.status", params, "").starts_with("💰 **Paiement terminé**"));
  EXPECT_EQ(render("service_request.status", params, "en").at("title"), "Payment completed");
}

TEST_F(Shipped, AFormatItCannotMakeGetsTheWords) {
  const auto out = render("message", R"({"message":"*a*"})", "fr", "text/html");
  EXPECT_EQ(out.at("text/plain"), "*a*");
  EXPECT_FALSE(out.contains("text/html"));
}

}  // namespace
}  // namespace catalog_test
