"""Waiting for a condition instead of sleeping for a guess."""

import time


def wait_until(condition, timeout=10.0, what="the condition", every=0.02):
    """Polls until `condition()` is truthy and returns its value; AssertionError at the timeout."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {timeout} s; last value: {value!r}")
        time.sleep(every)
