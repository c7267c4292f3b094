-- Mustache: every rule of its specification that holds without partials and lambdas.
local function render(template_text, view, escape) return template.render(template_text, view, { escape = escape }) end
local html = "html"

-- Variables.
check(render("no tags {here}\n", {}), "no tags {here}\n")
check(render("<{{a}}>", { a = "x" }), "<x>")
check(render("{{a}}|{{{a}}}|{{&a}}", { a = '& " < >' }, html), '&amp; &quot; &lt; &gt;|& " < >|& " < >')
check(render("{{a}}", { a = "<" }), "<")
check(render("{{a}} {{{a}}} {{&a}}", { a = 85 }), "85 85 85")
check(render("{{a}}", { a = 1.21 }), "1.21")
check(render("{{a}}", json.decode('{"a":85.0}')), "85")
check(render("{{a}}", { a = true }), "true")
check(render("{{a}}", { a = false }), "false")
check(render("({{a}})({{{a}}})({{&a}})", {}), "()()()")
check(render("({{a}})", { a = json.null }), "()")
check(render("{{a}}", { a = { 1, 2 } }), "[1,2]")
check(render("{{ a }}{{{ a }}}{{& a }}", { a = "-" }), "---")
check(render("  {{a}}\n  {{{a}}}\n", { a = "-" }), "  -\n  -\n")
check(render("{{.}}", "text"), "text")
check(render("{{a.b.c}}", { a = { b = { c = 1 } } }), "1")
check(render("({{a.b.c}})", { a = {} }), "()")
check(render("({{a.b.c.n}})", { a = { b = {} }, c = { n = "no" } }), "()")
check(render("{{#a}}{{b.c}}{{/a}}", { a = { b = { x = 1 } }, b = { c = "no" } }), "")
check(render("{{#a}}{{b.c}}{{/a}}", { a = { b = { c = 1 } }, b = { c = "no" } }), "1")
check(render("{{a.1}}", { a = { "first" } }), "first")

-- Sections.
check(render("[{{#a}}in{{/a}}]", { a = true }), "[in]")
check(render("[{{#a}}in{{/a}}]", { a = false }), "[]")
check(render("[{{#a}}in{{/a}}]", { a = json.null }), "[]")
check(render("[{{#a}}in{{/a}}]", {}), "[]")
check(render("[{{#a}}in{{/a}}]", { a = {} }), "[]")
check(render("[{{#a}}in{{/a}}]", { a = json.array() }), "[]")
check(render("[{{#a}}in{{/a}}]", { a = json.object() }), "[in]")
check(render("[{{#a}}in{{/a}}]", { a = 0 }), "[in]")
check(render("[{{#a}}in{{/a}}]", { a = "" }), "[in]")
check(render("{{#a}}{{n}}{{/a}}", { a = { n = 1 } }), "1")
check(render("{{#s}}{{a}}, {{b}}, {{c.d}}{{/s}}", { a = "1", b = "no", s = { b = "2" }, c = { d = "3" } }), "1, 2, 3")
check(render("{{#a}}{{.}} is {{a}}{{/a}}", { a = "x" }), "x is x")
check(render("{{#l}}{{n}}{{/l}}", { l = { { n = 1 }, { n = 2 }, { n = 3 } } }), "123")
check(render("{{#l}}({{.}}){{/l}}", { l = { "a", 2, 3.5, true } }), "(a)(2)(3.5)(true)")
check(render("{{#l}}({{#.}}{{.}}{{/.}}){{/l}}", { l = { { 1, 2 }, { "a" } } }), "(12)(a)")
check(render("{{#l}}({{.}}){{/l}}{{#l}}({{{.}}}){{/l}}{{#l}}({{&.}}){{/l}}", { l = { "<" } }, html), "(&lt;)(<)(<)")
check(render("| A {{#b}}B {{#b}}C{{/b}} D{{/b}} E |", { b = true }), "| A B C D E |")
check(render("| A {{#b}}B {{#b}}C{{/b}} D{{/b}} E |", { b = false }), "| A  E |")
check(render("{{#a.b}}x{{/a.b}}{{#a.c}}y{{/a.c}}", { a = { b = true, c = false } }), "x")
check(render("{{#t}}{{#m}}{{n.l}}{{o}}.{{#b}}{{n.u}}{{o}}{{p}}.{{/b}}{{/m}}{{/t}}",
  { t = { { n = { l = "a", u = "A" }, m = { { o = 1, b = { { p = "x" }, { p = "y" } } } } } } }), "a1.A1x.A1y.")
check(render("|{{# a }}={{/ a }}|", { a = true }), "|=|")

-- Inverted sections.
check(render("[{{^a}}in{{/a}}]", { a = false }), "[in]")
check(render("[{{^a}}in{{/a}}]", { a = json.null }), "[in]")
check(render("[{{^a}}in{{/a}}]", {}), "[in]")
check(render("[{{^a}}in{{/a}}]", { a = json.array() }), "[in]")
check(render("[{{^a}}in{{/a}}]", { a = true }), "[]")
check(render("[{{^a}}in{{/a}}]", { a = { x = 1 } }), "[]")
check(render("[{{^a}}in{{/a}}]", { a = { 1 } }), "[]")
check(render("{{^a.b.c}}in{{/a.b.c}}", { a = {} }), "in")

-- Lines on which a tag stands alone.
for _, newline in ipairs { "\n", "\r\n" } do
  local function lines(...) return table.concat({ ... }, newline) end
  check(render(lines("|", "{{#a}}", "-", "{{/a}}", "|"), { a = true }), lines("|", "-", "|"))
  check(render(lines("|", "  {{^a}}\t", "-", " {{/a}}", "|"), {}), lines("|", "-", "|"))
  check(render(lines("|", "{{! note }}", "|"), {}), lines("|", "|"))
  check(render(lines("|", "  {{!", "  more", "  }} ", "|"), {}), lines("|", "|"))
  check(render(lines("|", " {{=<% %>=}}", "<%a%>"), { a = 1 }), lines("|", "1"))
end
check(render("  {{#a}}\n#{{/a}}\n/", { a = true }), "#\n/")
check(render("#{{#a}}\n/\n  {{/a}}", { a = true }), "#\n/\n")
check(render(" | {{#a}}\t|\t{{/a}} | \n", { a = true }), " | \t|\t | \n")
check(render(" | {{#a}} {{! note }}\n {{/a}} | \n", { a = true }), " |  \n  | \n")
check(render(" {{#a}}YES{{/a}}\n {{#a}}GOOD{{/a}}\n", { a = true }), " YES\n GOOD\n")
check(render("  12 {{! 34 }}\n", {}), "  12 \n")
check(render("1{{! x }}2{{!\n\n}}3\n", {}), "123\n")
check(render("{{#a}}{{/a}}\nx", { a = true }), "\nx")

-- Delimiters.
check(render("{{=<% %>=}}(<%a%>){{a}}", { a = 1 }), "(1){{a}}")
check(render("({{=[ ]=}}[a])", { a = 1 }), "(1)")
check(render("{{#a}}\n{{b}} |b|\n{{/a}}\n{{= | | =}}\n|#a|\n{{b}} |b|\n|/a|\n", { a = true, b = 1 }), "1 |b|\n{{b}} 1\n")
check(render("|{{= @   @ =}}|", {}), "||")
check(render("| {{=@ @=}} |", {}), "|  |")

-- Escapes.
check(render("{{a}}", { a = "<b> & c" }, "slack"), "&lt;b&gt; &amp; c")
check(render("{{a}}", { a = "*b*" }, "markdown"), "\\*b\\*")
check(render('{"a":"{{a}}"}', { a = 'line\n"\xFF"' }, "json"), '{"a":"line\\n\\"\u{FFFD}\\""}')
check(render("{{a}}{{{a}}}", { a = "x" }, function(s) return "<" .. s .. ">" end), "<x>x")

-- What is refused.
fails("line 2 of the template: 'a' is not closed", render, "\n{{#a}}", {})
fails("'b' is closed inside of 'a'", render, "{{#a}}{{/b}}", {})
fails("'a' is closed but was not opened", render, "{{/a}}", {})
fails("'}}' expected", render, "{{a", {})
fails("'}}}' expected", render, "{{{a}}", {})
fails("there are no partials", render, "{{> a }}", {})
fails("a tag without a name", render, "{{ }}", {})
fails("two delimiters", render, "{{=a=}}", {})
fails("nested deeper than 100", render, ("{{#a}}"):rep(101) .. ("{{/a}}"):rep(101), {})
fails("which templates cannot call", render, "{{a}}", { a = print })
fails("which templates cannot call", render, "{{#a}}{{/a}}", { a = print })
check(render(("{{#a}}"):rep(100) .. "x" .. ("{{/a}}"):rep(100), { a = true }), "x")
