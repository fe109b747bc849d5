#include "base/log.hpp"

namespace herald::base {
namespace {

class Silent final : public Log {
 public:
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::string_view, std::span<const LogField>) override {}
};

}  // namespace

Log& Log::none() {
  static Silent silent;
  return silent;
}

}  // namespace herald::base
