"""Waiting for what only an answer can tell; what has a signal is waited for by that signal instead."""

import threading
import time

PAUSE_SECS = 0.02


def eventually(probe, timeout=10.0, what="the condition"):
    """Returns the first true value of `probe`, or fails with its last value when `timeout` seconds have passed."""
    deadline = time.monotonic() + timeout
    pause = threading.Event()
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {timeout} s; last seen: {value!r}")
        pause.wait(PAUSE_SECS)
