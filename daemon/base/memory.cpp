#include "base/memory.hpp"

#include <unistd.h>

#include <csignal>
#include <exception>
#include <new>
#include <string_view>
#include <system_error>

namespace herald::base {
namespace {

std::terminate_handler otherwise = nullptr;

/// Operator new has failed on this thread.
thread_local bool refused = false;

void on_refused() {
  refused = true;
  throw std::bad_alloc{};
}

void on_terminate() {
  // What leaves a noexcept function of the standard library is not current any more.
  if (!std::current_exception() && refused) end_out_of_memory();
  try {
    if (std::current_exception()) throw;
  } catch (const std::bad_alloc&) {
    end_out_of_memory();
  } catch (const std::system_error& error) {
    // A thread that cannot be made.
    if (error.code() == std::errc::not_enough_memory ||
        error.code() == std::errc::resource_unavailable_try_again)
      end_out_of_memory();
  } catch (...) {  // a bug: let it abort and leave its trace
  }
  otherwise();
}

/// When it returns, abort() goes on, or the wild pointer is met again: as without it.
void on_break(int number) {
  if (BreaksOutOfMemory::within()) end_out_of_memory();
  std::signal(number, SIG_DFL);
}

}  // namespace

void end_out_of_memory() noexcept {
  constexpr std::string_view kLine =
      "heraldd: out of memory; ending, so that it is started anew; everything acknowledged is "
      "stored\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kLine.data(), kLine.size());
  ::_exit(kOutOfMemory);
}

void end_cleanly_out_of_memory() {
  otherwise = std::set_terminate(on_terminate);
  std::set_new_handler(on_refused);
  std::signal(SIGABRT, on_break);
  std::signal(SIGSEGV, on_break);
}

}  // namespace herald::base
