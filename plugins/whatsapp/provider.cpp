#include "provider.hpp"

#include <algorithm>

#include "text/text.hpp"

namespace whatsapp {

herald::Outcome no_answer(const herald::FetchResult& result) {
  const auto cause = shortened(masked(result.error), 200);
  if (result.reached != HERALD_REACHED_NOTHING)
    return herald::Outcome::unknown("the request may have arrived, no answer came: " + cause,
                                    HERALD_REASON_NETWORK);
  if (result.status == HERALD_E_DENIED)
    return herald::Outcome::channel_down(HERALD_REASON_CONFIGURATION,
                                         "base_url is not allowed to plugins: " + cause);
  return herald::Outcome::retry(HERALD_REASON_NETWORK, "nothing was sent: " + cause);
}

uint32_t retry_after_ms(const herald::Fields& headers) {
  const auto written = herald::header(headers, "retry-after");
  if (written.empty() || written.size() > 6 ||
      written.find_first_not_of("0123456789") != written.npos)
    return 0;
  return std::min(static_cast<uint32_t>(std::stoul(std::string{written})), 24u * 3600) * 1000;
}

}  // namespace whatsapp
