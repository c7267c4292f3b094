"""Texts that would do something if a page took them as anything but text."""

# Each says what it does to the page: it runs a script, loads a picture, or makes an element that no page of ours has.
SHAPES = (
    '<script>alert("{0}")</script>',
    '<img src=x onerror=alert("{0}")>',
    '"><svg onload=alert("{0}")><x-owned>',
    "'--></style></textarea></title><x-owned>{0}",
    "javascript:alert('{0}')",
    "{{{{constructor.constructor('alert(1)')()}}}}<a href=javascript:alert(1)>{0}</a>",
    "\u202e<b>{0}</b>\u2028",
)


def markup(where, shape=None):
    """All shapes in one text, or one of them by its number; `where` says which field it was put in."""
    shapes = SHAPES if shape is None else (SHAPES[shape],)
    return " ".join(text.format(where) for text in shapes)


def unharmed(page):
    """Fails if some markup of data became elements, or a link that runs something."""
    owned = page.evaluate("document.querySelectorAll('x-owned, main script, main img, main style, main [onerror], main [onload], a[href^=\"javascript:\" i]').length")
    assert owned == 0, f"{owned} elements of data's markup stand in the page"
