#include "catalog_test.hpp"

namespace catalog_test {
namespace {

class Status : public Shipped {
 protected:
  std::string first_line(const std::string& status, const std::string& locale = "fr") {
    const auto text = plain(
        "service_request.status",
        boost::json::serialize(boost::json::object{{"service", "Plomberie"}, {"status", status}}),
        locale);
    return text.substr(0, text.find('\n'));
  }
};

// covers: S67
TEST_F(Status, EnglishNamesHaveTheirTexts) {
  EXPECT_EQ(first_line("pending"), "⏳ **Demande en attente**");
  EXPECT_EQ(first_line("assigned"), "🎉 **Prestataire trouvé !**");
  EXPECT_EQ(first_line("in_progress"), "🔧 **Service en cours**");
  EXPECT_EQ(first_line("completed"), "✅ **Service terminé !**");
  EXPECT_EQ(first_line("payment_pending"), "💳 **Paiement en attente**");
  EXPECT_EQ(first_line("paid"), "💰 **Paiement terminé**");
  EXPECT_EQ(first_line("cancelled"), "❌ **Demande annulée**");
}

// covers: S68
TEST_F(Status, FrenchNamesHaveTheSameTexts) {
  EXPECT_EQ(first_line("en attente"), "⏳ **Demande en attente**");
  EXPECT_EQ(first_line("assignée"), "🎉 **Prestataire trouvé !**");
  EXPECT_EQ(first_line("en cours"), "🔧 **Service en cours**");
  EXPECT_EQ(first_line("terminée"), "✅ **Service terminé !**");
  EXPECT_EQ(first_line("paiement en attente"), "💳 **Paiement en attente**");
  EXPECT_EQ(first_line("paiement terminé"), "💰 **Paiement terminé**");
  EXPECT_EQ(first_line("annulée"), "❌ **Demande annulée**");
}

// covers: S68
TEST_F(Status, CaseAccentsAndUnderscoresDoNotMatter) {
  EXPECT_EQ(first_line("EN COURS"), "🔧 **Service en cours**");
  EXPECT_EQ(first_line("En_Cours "), "🔧 **Service en cours**");
  EXPECT_EQ(first_line("ASSIGNÉE"), "🎉 **Prestataire trouvé !**");
  EXPECT_EQ(first_line("assigne\u0301e"), "🎉 **Prestataire trouvé !**");
  EXPECT_EQ(first_line("Paiement  Termine"), "💰 **Paiement terminé**");
}

// covers: S67
TEST_F(Status, AnyOtherStatusIsNamed) {
  const auto text =
      plain("service_request.status", R"({"service":"Plomberie","status":"reportée"})");
  EXPECT_TRUE(text.starts_with("📋 **Mise à jour de votre demande**\n")) << text;
  EXPECT_NE(text.find("**Statut**: reportée\n"), std::string::npos) << text;
  EXPECT_EQ(first_line("reportée", "en"), "📋 **Update of your request**");
}

// covers: S61
TEST_F(Status, AMissingProviderIsAnnounced) {
  for (const auto* provider : {"", R"(,"provider":null)", R"(,"provider":{})",
                               R"(,"provider":{"name":"","rating":null})"}) {
    const auto text = plain("service_request.status",
                            std::string{R"({"service":"x","status":"assignée")"} + provider + "}");
    EXPECT_NE(text.find("**Prestataire**: En cours de confirmation\n"), std::string::npos) << text;
    EXPECT_NE(text.find("**Contact**: Information à venir\n"), std::string::npos) << text;
    EXPECT_NE(text.find("**Note**: N/A/5\n"), std::string::npos) << text;
  }
}

// covers: S60
TEST_F(Status, RatingsHaveOneDecimalAtMost) {
  const auto rating = [&](const std::string& number) {
    const auto text =
        plain("service_request.status",
              R"({"service":"x","status":"assigned","provider":{"rating":)" + number + "}}");
    const auto from = text.find("**Note**: ") + 10;
    return text.substr(from, text.find('\n', from) - from);
  };
  EXPECT_EQ(rating("4.5"), "4.5/5");
  EXPECT_EQ(rating("5"), "5/5");
  EXPECT_EQ(rating("5.0"), "5/5");
  EXPECT_EQ(rating("4.6666667"), "4.7/5");
  EXPECT_EQ(rating("0"), "0/5");
}

TEST_F(Status, AProviderIsNamedWhileTheServiceRunsOnlyWhereThereIsOne) {
  const auto with = plain("service_request.status",
                          R"({"service":"x","status":"en cours","provider":{"name":"Jean"}})");
  const auto without = plain("service_request.status", R"({"service":"x","status":"en cours"})");
  EXPECT_NE(with.find("\n\n👨🔧 **Prestataire**: Jean\n\n📱"), std::string::npos) << with;
  EXPECT_EQ(without.find("Prestataire**"), std::string::npos) << without;
  EXPECT_EQ(without.find("\n\n\n"), std::string::npos) << without;
}

}  // namespace
}  // namespace catalog_test
