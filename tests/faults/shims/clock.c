/* The clocks of a process, by what the page says. `offset_us` sets the wall clock alone, forwards
 * and back, as an administrator does. `passed_us` is time that passes: both clocks go forwards. The
 * kernel's timers are left alone: one that runs ends at its own time, and only then its program
 * sees how late it is.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* As ClockPage of shims.py. */
struct page {
  volatile int64_t offset_us, passed_us;
};

static const struct page* shared(void) {
  static const struct page* page;
  if (page != NULL) return page;
  static const struct page none;
  const char* path = getenv("HERALD_SHIM_CONTROL");
  const int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  void* mapped = fd >= 0 ? mmap(NULL, sizeof *page, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
  if (fd >= 0) close(fd);
  page = mapped != MAP_FAILED ? (const struct page*)mapped : &none;
  return page;
}

static struct timespec later(struct timespec at, int64_t us) {
  const int64_t ns = at.tv_sec * INT64_C(1000000000) + at.tv_nsec + us * 1000;
  return (struct timespec){ns / INT64_C(1000000000), ns % INT64_C(1000000000)};
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  static int (*real)(clockid_t, struct timespec*);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "clock_gettime");
  const int result = real(clock, now);
  const int wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (result != 0 || (!wall && clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_COARSE))
    return result;
  *now = later(*now, shared()->passed_us + (wall ? shared()->offset_us : 0));
  return 0;
}

/* Below std::condition_variable: its deadline is one of our clock, and waited for by the kernel's.
 */
int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const struct timespec* until) {
  static int (*real)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const struct timespec*);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "pthread_cond_clockwait");
  const struct timespec deadline =
      later(*until, clock == CLOCK_MONOTONIC ? -shared()->passed_us : 0);
  return real(condition, mutex, clock, &deadline);
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  (void)zone;
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* out) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return (time_t)-1;
  if (out != NULL) *out = now.tv_sec;
  return now.tv_sec;
}
