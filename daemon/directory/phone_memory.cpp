#include "directory/phone_memory.hpp"

#include <unicode/uclean.h>

#include <cstdlib>

#include "base/memory.hpp"

namespace herald::directory {
namespace {

void* kept(void* block) {
  if (block == nullptr) base::end_out_of_memory();
  return block;
}
void* U_CALLCONV take(const void*, std::size_t size) { return kept(std::malloc(size)); }
void* U_CALLCONV take_again(const void*, void* block, std::size_t size) {
  return kept(std::realloc(block, size));
}
void U_CALLCONV give_back(const void*, void* block) { std::free(block); }

}  // namespace

void end_when_icu_has_no_memory() {
  // It cannot fail with three functions; the blocks are malloc's with and without them.
  auto ignored = U_ZERO_ERROR;
  u_setMemoryFunctions(nullptr, take, take_again, give_back, &ignored);
}

}  // namespace herald::directory
