// jemalloc in place of the C library's allocator: a quarter less of the processors for a
// notification (docs/explanation/performance-postgresql.md).

extern "C" {
/// What was freed goes back to the system also while nothing is allocated. jemalloc(3), TUNING.
extern const char* const malloc_conf __attribute__((visibility("default")));
const char* const malloc_conf = "background_thread:true";
}
