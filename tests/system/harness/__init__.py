"""The parts of herald_harness; import that."""
