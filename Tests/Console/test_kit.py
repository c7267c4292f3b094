"""The parts that all pages are made of, each by itself on an empty page."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def kit(page):
    """Runs a piece of JavaScript with the kit as `k`: `kit("return k.bytes(n)", n=5)`."""
    page.visit("/nowhere")
    page.evaluate("Promise.all(['kit.js', 'kit/text.js', 'kit/forms.js'].map((file) => import(new URL(file, document.baseURI).href))).then((kits) => { window.k = Object.assign({}, ...kits); window.box = k.h('div', { class: 'stack' }); document.querySelector('main').replaceChildren(k.h('h1', null, 'Kit'), box); })")

    def run(body, **values):
        return page.evaluate(f"async (given) => {{ const {{ {', '.join(values)} }} = given; {body} }}", values)

    return run


def until(page, expression):
    """Waits for it; Playwright's own way needs `eval`, which the policy refuses."""
    page.evaluate(f"new Promise((done) => {{ const look = () => {expression} ? done() : setTimeout(look, 10); look(); }})")


@pytest.mark.parametrize("url", ["javascript:alert(1)", " javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "//elsewhere.example/", "\u0001javascript:alert(1)"])
def test_no_address_of_data_runs_anything(kit, page, url):
    kit("box.append(k.h('a', { href: url }, 'link'), k.out(url))", url=url)
    assert page.locator("main a").get_attribute("href") == "#"


def test_elements_take_no_handlers_as_text(kit):
    assert kit("const e = k.h('img', { onerror: 'alert(1)', ONLOAD: 'alert(1)', alt: 'x' }); return e.outerHTML") == '<img alt="x">'
    assert kit("return k.h('p', { class: ['a', false, 'b'], hidden: false, 'aria-pressed': false }, null, ['x', [1, 0]], false).outerHTML") == '<p class="a b" aria-pressed="false">x10</p>'


def differing(kit, before, after):
    return [line.removesuffix("\n") for line in kit("return [...k.diff(before, after).querySelectorAll('.line')].map((line) => line.textContent)", before=before, after=after)]


@pytest.mark.parametrize(("before", "after", "lines"), [
    ("a\nb\nc", "a\nx\nc", ["  a", "- b", "+ x", "  c"]), ("", "a", ["- ", "+ a"]), ({"a": 1}, {"a": 1, "b": 2}, ["  {", '-   "a": 1', '+   "a": 1,', '+   "b": 2', "  }"]), ("same", "same", ["  same"])])
def test_differences_are_by_line(kit, before, after, lines):
    assert differing(kit, before, after) == lines


def test_a_difference_leaves_out_what_is_far_from_it(kit):
    lines = [str(n) for n in range(100)]
    assert differing(kit, "\n".join(lines), "\n".join(lines[:50] + ["new"] + lines[50:])) == ["47 unchanged", "  47", "  48", "  49", "+ new", "  50", "  51", "  52", "47 unchanged"]


def test_a_form_says_what_is_wrong_at_its_field(kit, page):
    kit("""
    window.sent = [];
    box.append(k.form({ fields: [{ name: 'url', label: 'URL', required: true }, { name: 'retry.max', label: 'Retries', type: 'number' }, { name: 'data', label: 'Data', type: 'json' }, { name: 'events', label: 'Events', type: 'list', value: ['a'] }],
      onSubmit(values) { sent.push(values); if (sent.length === 1) throw new k.ApiError(400, 'invalid_url', 'url: not allowed', 'url'); } }))""")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This is required.")).to_be_visible()
    expect(page.get_by_label("URL")).to_be_focused()
    page.get_by_label("URL").fill("http://x/")
    page.get_by_label("Data").fill("{no")
    page.get_by_label("Data").blur()
    expect(page.get_by_text("This is no JSON")).to_be_visible()
    page.get_by_label("Data").fill('{"n": 12345678901234567890}')
    page.get_by_label("Events", exact=True).fill("a, b")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("url: not allowed")).to_be_visible()
    expect(page.get_by_label("URL")).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("url: not allowed")).to_be_hidden()
    assert kit("return sent.map((one) => k.formatJSON(one, 0))")[-1] == '{"url":"http://x/","retry.max":null,"data":{"n":12345678901234567890},"events":["a","b"]}'


@pytest.mark.parametrize("number", ["1.2345678901234567890123e+22", "0.1234567890123456789", "1e400", "1.0", "-0", "9007199254740993", "5", "-1.5e-7", "1e+21"])
def test_numbers_are_kept_as_they_came(kit, page, number):
    text = f'{{"n":{number},"list":[{number}]}}'
    assert kit("box.append(k.jsonTree(k.parseJSON(text)), k.h('p', null, 'is ', k.parseJSON(text).n)); return k.formatJSON(k.parseJSON(text), 0)", text=text) == text
    expect(page.get_by_role("group", name="JSON")).to_contain_text(f"n: {number}")
    expect(page.locator("main p")).to_have_text(f"is {number}")


@pytest.mark.parametrize("text", [
    '{"a":[],"b":{},"c":[1,{"x":"q\\"{[,: \\\\"}],"d":null}', "[[[]],{}]", '"x: y, z"', "12", ' [ 1 ,\n2 ] ', '{"é":"\\u0000"}'])
def test_json_is_indented_as_javascript_would(kit, text):
    assert kit("return k.indentJSON(text)", text=text) == kit("return JSON.stringify(JSON.parse(text), null, 2)", text=text)


def test_indenting_changes_white_space_only(kit):
    assert kit("return k.indentJSON(text)", text='{"10":1.50,"2":1e2,"2":"a  b"}') == '{\n  "10": 1.50,\n  "2": 1e2,\n  "2": "a  b"\n}'
    for text in ("{", "", "[1,]", "[" * 20_000 + "]" * 20_000):
        assert kit("return k.indentJSON(text)", text=text) is None


def test_characters_that_turn_text_around_are_shown(kit, page):
    kit("box.append(k.code(JSON.stringify({ [turn]: turn }), 'json'), k.jsonTree({ [turn]: turn }), k.code(turn))", turn="a\u202eb\u2066c")
    text = page.locator("main").inner_text()
    assert text.count("a\\u202eb\\u2066c") == 5 and "\u202e" not in text


def test_no_text_of_others_turns_what_is_around_it(kit, page):
    kit("box.append(k.h('p', { title: turn }, turn), k.badge(turn), k.link('/', turn), k.field({ label: turn, input: k.h('input', { value: turn }) }), k.button('x', { label: turn }))", turn="a\u202eb")
    assert page.locator("main").inner_text().count("a\\u202eb") == 4
    assert page.locator("main p").first.get_attribute("title") == "a\\u202eb"
    assert page.locator("main input").input_value() == "a\u202eb", "what is typed stays as it is"


@pytest.mark.parametrize(("message", "size"), [({"body": "ü"}, 2), ({"body_base64": "/w=="}, 1), ({"body_base64": "/wAB"}, 3), ({"body_base64": ""}, 0), ({}, 0)])
def test_a_body_has_a_size(kit, message, size):
    assert kit("return k.bodySize(message)", message=message) == size


def test_a_list_that_is_drawn_anew_takes_no_focus(kit, page):
    kit("history.replaceState({ lists: { Names: { key: 'b', rows: 2 } } }, ''); box.append(k.table({ label: 'Names', columns: [{ label: 'Name', render: (row) => row.id }], href: () => '/', load: async () => ({ data: [{ id: 'a' }, { id: 'b' }], next_cursor: null }) })); await box.querySelector('.list').ready")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_enter_on_a_row_without_a_page_does_nothing_of_its_actions(kit, page):
    kit("box.append(k.table({ columns: [{ label: 'Name', render: (row) => row.id }], load: async () => ({ data: [{ id: 'a' }, { id: 'b' }], next_cursor: null }), actions: () => k.button('Remove', { on: { click: () => { window.removed = true; } } }) }))")
    expect(page.get_by_role("cell", name="b", exact=True)).to_be_visible()
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("tbody tr").last).to_be_focused()
    assert kit("return window.removed ?? null") is None


def test_what_destroys_asks_and_the_safe_answer_has_the_focus(kit, page):
    kit("box.append(k.button('Ask', { on: { click: async () => { window.answer = await k.confirmAction({ title: 'Delete it?', body: 'It is gone then.', action: 'Delete', danger: true }); } } }))")
    ask = page.get_by_role("button", name="Ask")
    ask.click()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    until(page, "window.answer === false")
    expect(ask).to_be_focused()
    ask.click()
    page.get_by_role("button", name="Delete", exact=True).click()
    until(page, "window.answer === true")


def test_a_note_can_undo(kit, page):
    kit("k.toast('Deleted', { undo: () => { window.undone = true; } })")
    page.get_by_role("button", name="Undo").click()
    until(page, "window.undone")
    expect(page.get_by_text("Deleted")).to_be_hidden()


def test_tabs_are_changed_with_the_arrows(kit, page):
    kit("box.append(k.tabs(['One', 'Two', 'Three'].map((label) => ({ id: label, label, render: () => `this is ${label}` }))))")
    page.get_by_role("tab", name="One").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Two")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Two")).to_have_text("this is Two")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tabpanel", name="Three")).to_be_visible()


def test_a_long_wait_shows_the_bar_and_a_short_one_does_not(kit, page):
    bar = page.get_by_role("progressbar", name="Loading")
    kit("window.short = k.busy(new Promise((done) => setTimeout(done, 20)))")
    kit("await short")
    expect(bar).to_be_hidden()
    kit("window.long = k.busy(new Promise((done) => { window.done = done; })); ")
    expect(bar).to_be_visible()
    kit("done(); await long")
    expect(bar).to_be_hidden()


def test_a_list_that_fails_can_be_tried_again(kit, page):
    kit("let n = 0; box.append(k.table({ columns: [{ label: 'Name', render: (row) => row.id }], load: async () => { if (n++ === 0) throw new k.ApiError(503, 'unavailable', 'the disk is full'); return { data: [{ id: 'here' }], next_cursor: null }; } }))")
    expect(page.get_by_role("alert")).to_contain_text("the disk is full")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("cell", name="here")).to_be_visible()


def test_a_chart_has_its_numbers_for_those_who_do_not_see_it(kit, page):
    kit("box.append(k.chart({ label: 'Things', times: [0, 6e4, 12e4].map((t) => new Date(t).toISOString()), series: [{ name: 'good', tone: 'ok', values: [1, 0, 3] }, { name: 'bad', tone: 'bad', values: [0, null, 2] }] }))")
    table = page.get_by_role("table", name="Things")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table.get_by_role("row").last).to_contain_text("3")
    assert page.locator("svg.chart rect").count() == 3


def test_every_state_has_a_shape_of_its_own(kit):
    shapes = kit("return ['pending', 'retrying', 'delivered', 'filtered', 'dead', 'held', 'cancelled'].map((name) => k.state(name).querySelector('path').getAttribute('d'))")
    assert len(set(shapes)) == 7


@pytest.mark.parametrize(("webhook", "text"), [
    ({"active": True}, "active"), ({"active": False}, "paused"), ({"active": False, "disabled": {"reason": "request"}}, "paused"), ({"active": False, "disabled": {"reason": "failing", "message": "5 days"}}, "disabled"),
    ({"active": True, "failing": {"failures": 4, "error": "timeout"}}, "4 failures"), ({"active": True, "failing": {"failures": 5, "error": "timeout"}}, "failing"), ({"active": True, "breaker_state": "open"}, "breaker open"),
    ({"active": True, "rate_limited_until": "2999-01-01T00:00:00Z"}, "rate limited"), ({"active": True, "rate_limited_until": "2026-01-01T00:00:00Z"}, "active")])
def test_health_in_a_word(kit, webhook, text):
    assert kit("return k.health(webhook).textContent", webhook=webhook) == text


@pytest.mark.parametrize(("secs", "text"), [(86_399, "in 1 d"), (12 * 3600 - 20, "in 12 h"), (3 * 3600 + 600, "in 3 h"), (3590, "in 1 h"), (59.8, "in 1 min"), (100, "in 2 min"), (-86_399, "23 h ago"), (-59, "59 s ago")])
def test_what_is_ahead_is_rounded_and_what_has_passed_is_whole(kit, secs, text):
    assert kit("return k.time(new Date(Date.now() + secs * 1000)).textContent", secs=secs) == text


def test_few_points_of_a_chart_are_seen_each_under_the_next(kit, page):
    kit("""const values = [null, 4, null, null];
      box.append(k.chart({ times: values.map((_, i) => new Date(Date.UTC(2026, 0, 1, i)).toISOString()), kind: 'lines', series: ['accent', 'filter', 'warn'].map((tone) => ({ name: tone, tone, values })) }))""")
    expect(page.locator(".chart path[class^='line-']")).to_have_count(3)
    widths = page.evaluate("[...document.querySelectorAll('.chart path')].map((path) => parseFloat(getComputedStyle(path).strokeWidth))")
    assert widths == sorted(widths, reverse=True) and len(set(widths)) == 3 and widths[-1] >= 2
