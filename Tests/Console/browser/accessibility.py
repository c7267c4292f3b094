"""What a page must be so that everybody can use it: axe-core's rules in both themes, landmarks, and the order of the keyboard."""

from axe_playwright_python.base import AXE_SCRIPT, AxeResults

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}, "resultTypes": ["violations"]}
# The themes differ in colours alone (`light-dark()` in the style sheets), so that rules that do not look at colours need the page once.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, "resultTypes": ["violations"]}
THEMES = {"light": RULES, "dark": COLOURS}
FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), summary, [tabindex='0']"
# The controls that can be seen, each by a number that it gets here; radio buttons of one name are one stop.
CONTROLS = """(selector) => { let n = 0; return [...document.querySelectorAll(selector)].filter((e) => e.tabIndex >= 0 && e.checkVisibility() && !e.closest('[inert]')
  && !(e.type === 'radio' && !e.checked)).map((e) => (e.dataset.stop = n++, e.outerHTML.slice(0, 120))) }"""
LANDMARKS = """() => ({ main: document.querySelectorAll('main').length, headings: [...document.querySelectorAll('main h1')].filter((e) => e.checkVisibility()).length,
  banner: document.querySelectorAll('body > header').length, navigation: document.querySelectorAll('body > nav[aria-label]').length, title: document.title })"""
FOCUSED = "() => { const e = document.activeElement; return { stop: e?.dataset?.stop ?? null, outline: e ? getComputedStyle(e).outlineStyle : 'none' } }"


def check(page, keyboard=True, frame=True):
    """Fails with what is wrong on the page as it is now. `keyboard=False` leaves the walk through all controls out (for long lists), `frame=False` is for the sign-in page."""
    found = page.evaluate(LANDMARKS)
    assert found["main"] == 1 and found["headings"] == 1 and found["title"], f"landmarks: {found}"
    assert not frame or (found["banner"] == 1 and found["navigation"] >= 1), f"landmarks: {found}"
    for scheme, rules in THEMES.items():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        results = judged(page, rules)
        assert results.violations_count == 0, f"in the {scheme} theme:\n{results.generate_report()}"
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    if keyboard:
        walk(page)


def judged(page, rules):
    """What axe-core finds. A page keeps it once it has it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return AxeResults(page.evaluate("rules => axe.run(rules).then(({ violations, ...rest }) => ({ ...rest, violations, passes: [], incomplete: [], inapplicable: [] }))", rules))


def walk(page, most=120, tries=3):
    """Tab reaches every control that can be seen, in the order of the page, and each shows that it has the focus."""
    controls = page.evaluate(CONTROLS, FOCUSABLE)[:most]
    page.evaluate("() => { document.activeElement?.blur(); document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); getSelection().removeAllRanges(); }")
    for number, control in enumerate(controls):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["stop"] is None and tries > 1:
            # The page has drawn itself anew, because something happened: the new controls have no numbers yet.
            return walk(page, most, tries - 1)
        assert focused["stop"] == str(number), f"Tab went to {focused['stop'] and controls[int(focused['stop'])]} instead of {control}"
        assert focused["outline"] != "none", f"{control} does not show that it has the focus"
