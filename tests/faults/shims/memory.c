/* Under the daemon by LD_PRELOAD: the n-th allocation fails, once or for ever. operator new of the
 * C++ library calls malloc and is met too. The C library's allocator stands below it, in place of
 * the one that the daemon brings. The test steers it through a page it shares with the
 * process; ../shims.py has the same layout. Never installed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct memory_control {
  uint32_t mode;     /* 0 nothing, 1 one allocation fails, 2 all from the n-th on fail */
  uint32_t trace;    /* print where the first failure was */
  int64_t countdown; /* n */
  uint64_t failed;   /* allocations that failed */
  uint64_t asked;    /* allocations so far */
  int64_t live;      /* allocations not yet freed */
};

static struct memory_control* memory;
static size_t (*usable_size)(void*);

void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);

__attribute__((constructor)) static void start(void) {
  const char* path = getenv("HERALD_SHIM_CONTROL");
  if (path == NULL) return;
  void* frames[4];
  backtrace(frames, 4); /* its first call allocates */
  usable_size = (size_t(*)(void*))dlsym(dlopen("libc.so.6", RTLD_LAZY), "malloc_usable_size");
  const int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void* page = mmap(NULL, sizeof *memory, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (page == MAP_FAILED) return;
  memory = page;
  memory->live = 0; /* those of an earlier process went with it */
}

static void show_where(void) {
  void* frames[40];
  backtrace_symbols_fd(frames, backtrace(frames, 40), STDERR_FILENO);
}

static int refused(void) {
  if (memory == NULL) return 0;
  __atomic_add_fetch(&memory->asked, 1, __ATOMIC_RELAXED);
  const uint32_t mode = __atomic_load_n(&memory->mode, __ATOMIC_ACQUIRE);
  if (mode == 0) return 0;
  const int64_t left = __atomic_sub_fetch(&memory->countdown, 1, __ATOMIC_ACQ_REL);
  if (left > 0 || (mode == 1 && left < 0)) return 0;
  if (__atomic_add_fetch(&memory->failed, 1, __ATOMIC_RELAXED) == 1 && memory->trace) show_where();
  errno = ENOMEM;
  return 1;
}

static void* counted(void* block) {
  if (block != NULL && memory != NULL) __atomic_add_fetch(&memory->live, 1, __ATOMIC_RELAXED);
  return block;
}

void* malloc(size_t size) { return refused() ? NULL : counted(__libc_malloc(size)); }
void* calloc(size_t n, size_t size) { return refused() ? NULL : counted(__libc_calloc(n, size)); }
void* realloc(void* old, size_t size) {
  if (refused()) return NULL;
  return old == NULL ? counted(__libc_realloc(old, size)) : __libc_realloc(old, size);
}
void* memalign(size_t alignment, size_t size) {
  return refused() ? NULL : counted(__libc_memalign(alignment, size));
}
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** block, size_t alignment, size_t size) {
  void* made = memalign(alignment, size);
  if (made == NULL) return ENOMEM;
  *block = made;
  return 0;
}
void free(void* block) {
  if (block != NULL && memory != NULL) __atomic_sub_fetch(&memory->live, 1, __ATOMIC_RELAXED);
  __libc_free(block);
}
size_t malloc_usable_size(void* block) { return usable_size == NULL ? 0 : usable_size(block); }
