#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "disk.h"

#define DESCRIPTORS 65536

struct disk_control* disk;

static unsigned char watched[DESCRIPTORS];
static unsigned char failed_sync[DESCRIPTORS];
static char folder[256];
static size_t folder_length;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("HERALD_SHIM_CONTROL"), *where = getenv("HERALD_SHIM_FOLDER");
  if (path == NULL || where == NULL || strlen(where) >= sizeof folder) return;
  memcpy(folder, where, strlen(where) + 1);
  folder_length = strlen(folder);
  const int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void* page = mmap(NULL, sizeof *disk, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (page != MAP_FAILED) disk = page;
}

static int ends_with(const char* text, const char* end) {
  const size_t a = strlen(text), b = strlen(end);
  return a >= b && strcmp(text + a - b, end) == 0;
}

enum file file_of_path(int at, const char* path) {
  if (folder_length == 0) return K_NONE;
  const char* name = path;
  if (path[0] == '/') {
    if (strncmp(path, folder, folder_length) != 0) return K_NONE;
    name = path + folder_length;
    if (*name == '\0') return K_FOLDER;
    if (*name++ != '/') return K_NONE;
  } else if (at == AT_FDCWD || file_of(at) != K_FOLDER) {
    return K_NONE;
  }
  if (ends_with(name, ".db")) return K_DB;
  if (ends_with(name, ".db-wal")) return K_WAL;
  if (ends_with(name, ".db-shm")) return K_SHM;
  if (ends_with(name, ".db-journal")) return K_JOURNAL;
  if (ends_with(name, ".db.lock")) return K_LOCK;
  if (ends_with(name, ".yaml")) return K_CONFIG;
  if (ends_with(name, ".jsonl")) return K_LOG;
  return K_OTHER;
}

enum file file_of(int fd) { return fd >= 0 && fd < DESCRIPTORS ? watched[fd] : K_NONE; }

void watch(int fd, enum file file) {
  if (fd < 0 || fd >= DESCRIPTORS) return;
  watched[fd] = (unsigned char)file;
  failed_sync[fd] = 0;
}

void forget(int fd) { watch(fd, K_NONE); }

int fault(enum file file, enum call call, int* shortened) {
  if (disk == NULL || file == K_NONE) return 0;
  __atomic_add_fetch(&disk->counts[file][call], 1, __ATOMIC_RELAXED);
  const uint32_t mode = __atomic_load_n(&disk->mode, __ATOMIC_ACQUIRE);
  if (mode == 0 || (disk->calls >> call & 1) == 0 || (disk->files >> file & 1) == 0) return 0;
  const int64_t left = __atomic_sub_fetch(&disk->countdown, 1, __ATOMIC_ACQ_REL);
  if (left > 0 || (mode == 1 && left < 0)) return 0;
  __atomic_add_fetch(&disk->faults, 1, __ATOMIC_RELAXED);
  if (disk->error == 0 && (call == C_WRITE || call == C_READ)) {
    *shortened = 1;
    return 0;
  }
  errno = disk->error != 0 ? disk->error : EIO;
  return 1;
}

void before_sync(int fd) {
  if (disk != NULL && file_of(fd) != K_NONE && failed_sync[fd])
    __atomic_add_fetch(&disk->resynced, 1, __ATOMIC_RELAXED);
}

void sync_failed(int fd) {
  if (file_of(fd) != K_NONE) failed_sync[fd] = 1;
}
