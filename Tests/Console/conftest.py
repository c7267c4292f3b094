"""Pages of the console in a browser, guarded against everything that must not happen on any of them."""

import os
import re
from pathlib import Path

import pytest

pytest_plugins = ["harness.fixtures", "browser.studio"]
pytest.register_assert_rewrite("browser")

ARTEFACTS = Path(__file__).parent / "artefacts"
SIZES = {"wide": (1280, 800), "narrow": (360, 740)}


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests of a worker; each page has a context, so cookies and storage, of its own."""
    from browser.chromium import launched
    from playwright.sync_api import expect

    expect.set_options(timeout=15_000)  # a browser among others on a slow machine
    with launched() as browser:
        yield browser


@pytest.fixture
def make_page(chromium, make_gateway, request):
    """Makes pages: `make_page(gateway, key=None, width=1280, height=800, scheme="light", signed_in=True)`."""
    from browser.console import Console

    pages = []

    def make(gateway, key=None, width=1280, height=800, scheme="light", signed_in=True, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, timezone_id="Europe/Berlin", locale="en-GB", **options)
        context.set_default_timeout(15_000)
        page = Console.of(gateway).page(context, key, signed_in)
        pages.append(page)
        return page

    yield make
    failed = getattr(request.node, "failed_call", False)
    for number, page in enumerate(pages):
        if failed:
            page.screenshot(path=ARTEFACTS / f"failed-{_plain(request.node.name)}-{number}.png", full_page=True)
        page.context.close()
    for page in pages:
        page.guard.check()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.failed_call = outcome.get_result().failed


@pytest.fixture
def page(make_page, gateway):
    """A page of the test's gateway, signed in with the admin key."""
    return make_page(gateway)


@pytest.fixture
def accessible():
    """`accessible(page)` fails with what is wrong."""
    from browser.accessibility import check

    return check


@pytest.fixture
def markup():
    """`markup("where")`: a text that is harmless as text."""
    from browser.markup import markup

    return markup


@pytest.fixture
def portraits():
    """`portraits(page, name)` looks at the page at both widths, and leaves it as it was; keeps a narrow, dark picture; with TIDEHOOK_PORTRAITS also wide ones, and light ones."""

    def take(page, name):
        before = page.viewport_size
        for label, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for scheme in _kept(label):
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=ARTEFACTS / f"{_plain(name)}-{label}-{scheme}.png", full_page=True)
            across = page.evaluate("document.documentElement.scrollWidth")
            assert across <= width, f"{name} is {across} px across on a screen of {width} px: {page.guard.widest()}"
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(before)

    return take


def _kept(label):
    """The themes of which pictures are kept at a width. The narrow, dark one is the likeliest to show what is wrong; each costs time."""
    if os.environ.get("TIDEHOOK_PORTRAITS"):
        return ("light", "dark")
    return ("dark",) if label == "narrow" else ()


def _plain(name):
    return re.sub(r"[^a-zA-Z0-9-]+", "-", name)
