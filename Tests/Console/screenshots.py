"""Takes the pictures of docs/images from a seeded gateway: `make screenshots`, or `screenshots.py FOLDER [NAME…]`."""

import io
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "EndToEnd")]

from browser.chromium import launched
from browser.console import Console
from browser.demo import Demo
from harness.gateway import REPOSITORY, gateways
from PIL import Image

# The name of each picture, and the page that it shows.
PICTURES = {
    "overview": lambda ids: "/",
    "events": lambda ids: "/events",
    "event": lambda ids: f"/events/{ids['event']}",
    "deliveries": lambda ids: "/deliveries",
    "delivery": lambda ids: f"/deliveries/{ids['dead']}",
    "script-error": lambda ids: f"/deliveries/{ids['script-error']}",
    "webhooks": lambda ids: "/webhooks",
    "webhook": lambda ids: f"/webhooks/{ids['slack']}",
    "studio": lambda ids: f"/studio?webhook={ids['slack']}&event={ids['event']}",
    "dead": lambda ids: "/dead",
    "sources": lambda ids: "/sources",
    "plugins": lambda ids: "/plugins",
    "keys": lambda ids: "/keys",
    "operations": lambda ids: "/operations",
    "about": lambda ids: "/about",
}
# What is there only when an answer has come after the page itself.
LATE = {"events": ".live[data-mode=live]", "script-error": ".line.marked", "studio": "text=would be sent", "webhook": "svg.chart", "dead": ".list tbody tr, main table tbody tr"}
# Those that the README and docs/console.md show.
KEPT = ("overview", "events", "delivery", "script-error", "webhook", "studio", "dead")


def small(picture):
    """The same picture in its 256 most frequent colours: less than half of the size, and areas keep exactly theirs."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    colours = sorted(image.getcolors(1 << 24), reverse=True)[:256]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in colours for part in colour])
    out = io.BytesIO()
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def take(browser, demo, names, folder, width=1280, height=800):
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce", locale="en-GB")
        page = Console.of(demo.gateway).page(context)
        for name in names:
            page.visit(PICTURES[name](demo.ids))
            if name in LATE:
                page.locator(LATE[name]).first.wait_for()
            page.evaluate("document.activeElement?.blur()")
            (folder / f"console-{name}-{scheme}{'' if width > 400 else '-narrow'}.png").write_bytes(small(page.screenshot()))
        context.close()
        for problem in page.guard.problems:
            print(f"{scheme}: {problem}", file=sys.stderr)


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "docs/images"
    names = sys.argv[2:] or list(KEPT)
    sizes = [(1280, 800)] + ([(360, 740)] if len(sys.argv) > 1 and folder.name != "images" else [])
    with tempfile.TemporaryDirectory() as scratch, gateways(lambda: scratch) as make, launched() as browser:
        demo = Demo(make(arguments=["--plugins", str(REPOSITORY / "plugins")])).seed()
        try:
            for width, height in sizes:
                take(browser, demo, names, folder, width, height)
        finally:
            demo.close()


if __name__ == "__main__":
    main()
