// jemalloc in place of the C library's allocator: a quarter less of the processors for a
// notification (docs/explanation/performance-postgresql.md).

extern "C" {
/// What was freed goes back to the system within a second or so, also while nothing is allocated;
/// one arena, because more take more memory and no less time behind the threads' own caches.
/// jemalloc(3), TUNING.
extern const char* const malloc_conf __attribute__((visibility("default")));
const char* const malloc_conf =
    "background_thread:true,narenas:1,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
