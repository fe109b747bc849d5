// draft.hpp - what one person is told, before it is written in a provider's language.
#pragma once

#include <herald/herald.hpp>

#include <optional>

#include "people/address.hpp"
#include "settings/settings.hpp"

namespace whatsapp {

/// What a provider takes.
struct Limits {
  std::size_t text = 4096;  // characters, see length()
  bool choices = true;      // buttons and lists without a template
};

struct Choice {
  std::string id{}, title{};
};

struct Draft {
  enum Kind { kText, kChoices, kTemplate } kind = kText;
  Address to{};
  std::string text{};             // in WhatsApp's markup
  std::vector<Choice> choices{};  // up to 3 as buttons, up to 10 as a list
  const Template* use = nullptr;
  Variant variant{};
  std::string header{};                // of the template; empty: it has none
  std::vector<std::string> params{};   // filled, acceptable to the provider
  std::vector<std::string> buttons{};  // payloads and address endings, in the template's order
};

/// Why nothing is sent; an outcome without a send.
using Refusal = std::optional<herald::Outcome>;

/// Chooses free text, buttons, or the kind's template, and fills it. window_open: a free text may
/// be sent. `into` is complete when nothing is returned.
Refusal compose(const Settings& settings, const Limits& limits, const herald::Message& message,
                bool window_open, Draft& into);

constexpr std::size_t kMaxButtons = 3, kMaxRows = 10, kMaxButtonTitle = 20, kMaxRowTitle = 24,
                      kMaxChoiceText = 1024, kMaxButtonId = 256, kMaxRowId = 200;

}  // namespace whatsapp
