#include "sdk/probe.hpp"

namespace herald_test {
Probe::Script& Probe::script() {
  static Script script;
  return script;
}
}  // namespace herald_test

HERALD_PLUGIN(herald_test::Probe, .id = "org.example.probe", .name = "Probe", .version = "1.2.3",
              .flags = HERALD_PLUGIN_IDEMPOTENT | HERALD_PLUGIN_RECEIPTS, .max_in_flight = 4,
              .addresses = "user phone", .formats = "text/markdown text/plain",
              .evidence = herald::evidence(HERALD_RECEIPT_SENT, HERALD_RECEIPT_READ));
