#include "store/conformance.hpp"

namespace herald::store::test {

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance,
                         testing::Values(Backend{"sqlite",
                                                 [](const Folder& folder) {
                                                   return "sqlite:" +
                                                          (folder.path() / "herald.db").string();
                                                 }}),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace herald::store::test
