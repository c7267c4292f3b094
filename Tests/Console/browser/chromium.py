"""Debian's chromium, driven by Playwright: the one without windows when it is there, which takes half the processor's time."""

import os
import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright


def executable():
    paths = [os.environ.get("TIDEHOOK_CHROMIUM"), *map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))]
    assert any(paths), "no chromium here: install Debian's chromium-headless-shell, or name a browser in TIDEHOOK_CHROMIUM"
    return next(filter(None, paths))


@contextmanager
def launched():
    """A headless browser. The sandbox of chromium does not work for root."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=[*arguments, "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()
