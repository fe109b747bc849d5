"""The parts of ./dev bench delivery. See delivery_bench.py."""
