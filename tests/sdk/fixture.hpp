#pragma once

#include <gtest/gtest.h>

#include "sdk/probe.hpp"

namespace herald_test {

/// A started Probe in a FakeHost; every test ends with a check of the contract.
class SdkTest : public ::testing::Test {
 protected:
  SdkTest() { script = {}; }
  void start() {
    const auto loaded = host.load();
    ASSERT_TRUE(loaded.ok()) << loaded.text;
    ASSERT_TRUE(host.configure("{}").ok());
    ASSERT_TRUE(host.start().ok());
  }
  /// Violations of the contract, in one line each.
  std::string finish() {
    std::string all;
    for (const auto& v : host.finish()) all += v + "\n";
    return all;
  }

  Probe::Script& script = Probe::script();
  herald::testing::FakeHost host;
};

}  // namespace herald_test
