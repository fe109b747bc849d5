/* The calls themselves. Each: is it a file we watch, has it to fail, the real call, its entry. */
#define _GNU_SOURCE
#include "disk.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

/* The next definition of this function, found once. */
#define REAL(name)               \
  static __typeof__(&name) real; \
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, #name)

static int opened(int fd, enum file file, int created) {
  if (fd < 0) return fd;
  watch(fd, file);
  if (created && journal_begin(file)) journal_end(E_CREATE, file, NULL, 0, 0);
  return fd;
}

static int missing(int at, const char* path) {
  struct stat info;
  return fstatat(at, path, &info, AT_SYMLINK_NOFOLLOW) != 0;
}

#define OPEN(at, path, flags, call)                                               \
  va_list more;                                                                   \
  va_start(more, flags);                                                          \
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0; \
  va_end(more);                                                                   \
  const enum file file = file_of_path(at, path);                                  \
  int shortened = 0;                                                              \
  if (fault(file, C_OPEN, &shortened)) return -1;                                 \
  const int created = file != K_NONE && (flags & O_CREAT) && missing(at, path);   \
  return opened(call, file, created)

int open(const char* path, int flags, ...) {
  REAL(open);
  OPEN(AT_FDCWD, path, flags, real(path, flags, mode));
}
int open64(const char* path, int flags, ...) {
  REAL(open64);
  OPEN(AT_FDCWD, path, flags, real(path, flags, mode));
}
int openat(int at, const char* path, int flags, ...) {
  REAL(openat);
  OPEN(at, path, flags, real(at, path, flags, mode));
}

int close(int fd) {
  REAL(close);
  forget(fd);
  return real(fd);
}

#define READ(call)                                \
  const enum file file = file_of(fd);             \
  int shortened = 0;                              \
  if (fault(file, C_READ, &shortened)) return -1; \
  if (shortened && size > 1) size /= 2;           \
  return call

ssize_t read(int fd, void* data, size_t size) {
  REAL(read);
  READ(real(fd, data, size));
}
ssize_t pread(int fd, void* data, size_t size, off_t offset) {
  REAL(pread);
  READ(real(fd, data, size, offset));
}
ssize_t pread64(int fd, void* data, size_t size, off64_t offset) {
  REAL(pread64);
  READ(real(fd, data, size, offset));
}

#define WRITE(at, call)                                                                   \
  const enum file file = file_of(fd);                                                     \
  int shortened = 0;                                                                      \
  if (fault(file, C_WRITE, &shortened)) return -1;                                        \
  if (shortened && size > 1) size /= 2;                                                   \
  const int told = journal_begin(file);                                                   \
  const ssize_t done = call;                                                              \
  if (told && done <= 0) journal_cancel();                                                \
  if (told && done > 0) journal_end(E_WRITE, file, data, (uint64_t)(at), (uint64_t)done); \
  return done

ssize_t write(int fd, const void* data, size_t size) {
  REAL(write);
  WRITE(lseek(fd, 0, SEEK_CUR) - done, real(fd, data, size));
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  REAL(pwrite);
  WRITE(offset, real(fd, data, size, offset));
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
  REAL(pwrite64);
  WRITE(offset, real(fd, data, size, offset));
}

/* A sync that fails has written nothing: the kernel is not asked. */
#define SYNC(call)                                                                                 \
  const enum file file = file_of(fd);                                                              \
  int shortened = 0;                                                                               \
  before_sync(fd);                                                                                 \
  if (fault(file, C_SYNC, &shortened)) return sync_failed(fd), -1;                                 \
  const int told = journal_begin(file);                                                            \
  const int done = call;                                                                           \
  if (told && done != 0) journal_cancel();                                                         \
  if (told && done == 0) journal_end(file == K_FOLDER ? E_SYNC_FOLDER : E_SYNC, file, NULL, 0, 0); \
  return done

int fsync(int fd) {
  REAL(fsync);
  SYNC(real(fd));
}
int fdatasync(int fd) {
  REAL(fdatasync);
  SYNC(real(fd));
}

#define TRUNCATE(call)                                                             \
  const enum file file = file_of(fd);                                              \
  int shortened = 0;                                                               \
  if (fault(file, C_TRUNCATE, &shortened)) return -1;                              \
  const int told = journal_begin(file);                                            \
  const int done = call;                                                           \
  if (told && done != 0) journal_cancel();                                         \
  if (told && done == 0) journal_end(E_TRUNCATE, file, NULL, (uint64_t)length, 0); \
  return done

int ftruncate(int fd, off_t length) {
  REAL(ftruncate);
  TRUNCATE(real(fd, length));
}
int ftruncate64(int fd, off64_t length) {
  REAL(ftruncate64);
  TRUNCATE(real(fd, length));
}

int unlink(const char* path) {
  REAL(unlink);
  const enum file file = file_of_path(AT_FDCWD, path);
  int shortened = 0;
  if (fault(file, C_UNLINK, &shortened)) return -1;
  const int told = journal_begin(file);
  const int done = real(path);
  if (told && done != 0) journal_cancel();
  if (told && done == 0) journal_end(E_UNLINK, file, NULL, 0, 0);
  return done;
}

/* Nothing of the daemon's database is renamed; the call is here for whatever will. */
int rename(const char* from, const char* to) {
  REAL(rename);
  int shortened = 0;
  if (fault(file_of_path(AT_FDCWD, to), C_RENAME, &shortened)) return -1;
  return real(from, to);
}
