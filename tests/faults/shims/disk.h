/* Between the daemon and its files, by LD_PRELOAD: a journal of what it wrote and synced (for
 * images of a power cut) and faults in its calls (EIO, ENOSPC, short writes). The test steers it
 * through a page it shares with the process; ../shims.py has the same layout. Never installed. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Which of the daemon's files a descriptor is; only those below HERALD_SHIM_FOLDER are watched. */
enum file {
  K_NONE,
  K_DB,
  K_WAL,
  K_SHM,
  K_JOURNAL,
  K_FOLDER,
  K_CONFIG,
  K_LOG,
  K_LOCK,
  K_OTHER,
  K_COUNT
};

enum call { C_OPEN, C_READ, C_WRITE, C_SYNC, C_TRUNCATE, C_UNLINK, C_RENAME, C_COUNT };

struct disk_control {
  uint64_t position;                 /* entries in the journal: the moment of an acknowledgement */
  uint32_t mode;                     /* 0 nothing, 1 one fault, 2 faults until told otherwise */
  uint32_t calls;                    /* bit per enum call */
  uint32_t files;                    /* bit per enum file */
  int32_t error;                     /* errno to give; 0: a short write or read */
  int64_t countdown;                 /* the fault is the n-th matching call from now */
  uint64_t faults;                   /* given so far */
  uint64_t resynced;                 /* syncs of a descriptor whose sync had failed before */
  uint64_t counts[K_COUNT][C_COUNT]; /* calls so far */
};

/* The page; NULL without HERALD_SHIM_CONTROL. */
extern struct disk_control* disk;

enum file file_of_path(int folder, const char* path);
enum file file_of(int fd);
void watch(int fd, enum file file);
void forget(int fd);

/* Non-zero when this call has to fail; then errno is set, or *shortened: it does half of its work.
 */
int fault(enum file file, enum call call, int* shortened);
/* The rule of a failed sync: it is remembered, and a second sync of that descriptor counted. */
void before_sync(int fd);
void sync_failed(int fd);

/* One entry per call that worked, in the order of their effects: begin, the call, end. */
enum entry { E_CREATE, E_WRITE, E_TRUNCATE, E_SYNC, E_SYNC_FOLDER, E_UNLINK };
int journal_begin(enum file file);
void journal_end(enum entry entry, enum file file, const void* data, uint64_t offset,
                 uint64_t length);
void journal_cancel(void);
