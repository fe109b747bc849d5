#include "base/result.hpp"

namespace herald::base {

std::string_view to_string(Code code) noexcept {
  switch (code) {
    case Code::invalid:
      return "invalid";
    case Code::unprocessable:
      return "unprocessable";
    case Code::unauthenticated:
      return "unauthenticated";
    case Code::denied:
      return "denied";
    case Code::not_found:
      return "not_found";
    case Code::in_flight:
      return "in_flight";
    case Code::conflict:
      return "conflict";
    case Code::too_large:
      return "too_large";
    case Code::limited:
      return "limited";
    case Code::unsupported:
      return "unsupported";
    case Code::unavailable:
      return "unavailable";
    case Code::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace herald::base
