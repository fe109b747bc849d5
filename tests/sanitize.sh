# Sourced by ./dev test --sanitize: unit and conformance tests under both sanitizer presets.

# covers: F74
sanitizers() { # CTEST-ARGUMENT...
  local preset rc=0
  for preset in asan tsan; do
    build "$preset"
    say "tests under $preset"
    ctest --test-dir "build/$preset" -L 'unit|conformance' "$@" || rc=1
  done
  return $rc
}
