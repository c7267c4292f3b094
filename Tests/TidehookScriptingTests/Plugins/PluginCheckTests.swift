import Testing
import TidehookCore
import TidehookScripting

@Suite struct PluginCheckTests {
  private func warnings(_ fixture: PluginFixture) async -> [String] {
    let report = await PluginCheck(runtime: fixture.runtime).check("demo", in: fixture.folder)
    if let problem = report.problem { return ["problem: \(problem)"] }
    return report.warnings.map { "\($0.file):\($0.line.map(String.init) ?? "-"): \($0.message)" }
  }

  private func check(_ head: String, _ members: String) async throws -> [String] {
    let fixture = try PluginFixture()
    let text = "\(head)\nreturn { name = 'demo', version = '1', summary = 's', kind = 'stage', \(members) }"
    try fixture.write("demo/plugin.lua", text)
    try fixture.write("demo/README.md", "# demo")
    try fixture.write("demo/cases.json", "[]")
    return await warnings(fixture)
  }

  @Test(arguments: [
    ("", "filter = function(e) return has_tag(e, 'x') end"),
    ("local M <const> = 1 local function f(x, ...) local y = x return y, M, ... end", "filter = function(e) return f(e) end"),
    ("local t = {} function t.f(a) return a end function t:g() return self end", "transform = function(e) return t.f(e) end"),
    ("for i, v in ipairs({}) do local w = v print(i, w) end for n = 1, 2 do print(n) end", "filter = function() return true end"),
    (
      "local x repeat local done = true until done while x do x = nil end goto over ::over:: do local z = 1 print(z) end",
      "filter = function() return 1 end"
    ),
    ("helper = function() return 1 end", "filter = function() return helper() == 1 end"),
    ("function shared() end local a = { key = 1, ['k'] = 2, 3; shared }", "filter = function() return a.other.name end"),
    (
      "local s = ('x'):rep(2) local l = [==[ undefined ]] ]==] --[[ also\nundefined ]] -- undefined\nlocal n = 0x1p-3 + 1e-5 .. 's'",
      "filter = function() return s, l, n end"
    ),
    ("if math.pi > 3 then print(1) elseif string then print(2) else print(3) end", "filter = function() return not nil and -1 or #'x' end"),
    ("local text = {} text.own = 1", "filter = function(e) return text.own, e.text.truncat, string.len('x') end"),
    ("settings = function() end response = 1 _ = 2", "filter = function() return settings.other end"),
    ("local f = function() return 'a' end local r = f 'x' local q = f {1} local m = f\"y\"", "filter = function() return r, q, m end"),
  ])
  func whatIsDefinedIsNotWarnedOf(head: String, members: String) async throws {
    #expect(try await check(head, members) == [])
  }

  @Test(arguments: [
    ("", "filter = function(e) return has_tga(e) end", ["demo/plugin.lua:2: the global 'has_tga' is never defined"]),
    (
      "", "filter = function(e) return text.truncat('x', 1), string.tirm('x'), json.null, math.pi, undefined.x end",
      [
        "demo/plugin.lua:2: the global 'undefined' is never defined", "demo/plugin.lua:2: the library has no 'string.tirm'",
        "demo/plugin.lua:2: the library has no 'text.truncat'",
      ]
    ),
    (
      "counter = 0\nlocal a = 1\na, total = 1, 2", "filter = function() counter = counter + 1 return a end",
      [
        "demo/plugin.lua:1: 'counter' is assigned as a global variable: make it local",
        "demo/plugin.lua:3: 'total' is assigned as a global variable: make it local",
      ]
    ),
    ("local x = x", "filter = function() return x end", ["demo/plugin.lua:1: the global 'x' is never defined"]),
    (
      "local function f() return inner end\ndo local inner = 1 end", "filter = f",
      ["demo/plugin.lua:1: the global 'inner' is never defined"]
    ),
    (
      "-- one\n-- two", "filter = function(e) return e.x, evnt.x[os.time], [[s]] end",
      ["demo/plugin.lua:3: the global 'evnt' is never defined", "demo/plugin.lua:3: the global 'os' is never defined"]
    ),
    (
      "", "filter = function(e, ctx) return ctx.options.chanel, ctx.options['tema'] end",
      ["demo/plugin.lua:2: the option 'chanel' is read but not declared", "demo/plugin.lua:2: the option 'tema' is read but not declared"]
    ),
    (
      "", "filter = function(e, ctx) local o = ctx.options return o.chanel, e.o.x end",
      ["demo/plugin.lua:2: the option 'chanel' is read but not declared"]
    ),
    (
      "", "options = { channel = { type = 'string', description = 'd' } }, filter = function() return true end",
      ["demo/plugin.lua:-: the option 'channel' is declared but never used"]
    ),
    (
      "", "options = { channel = { type = 'string' } }, filter = function(e, ctx) return ctx.options.channel end",
      ["demo/plugin.lua:-: the option 'channel' has no description"]
    ),
    ("", "options = { a = { type = 'string', description = 'd' } }, filter = function(e, ctx) local n = 'a' return ctx.options[n] end", []),
    (
      "local p = pcall(require, 'x')", "filter = function() return require('demo.part'), p end",
      ["demo/plugin.lua:2: the module 'demo.part' is not there"]
    ),
  ])
  func mistakesAreWarnedOf(head: String, members: String, expected: [String]) async throws {
    #expect(try await check(head, members) == expected)
  }

  @Test func modulesAreLookedThroughToo() async throws {
    let fixture = try PluginFixture()
    try fixture.write(
      "demo/plugin.lua",
      """
      return { name = 'demo', version = '1', summary = 's', kind = 'stage', options = { a = { type = 'string', description = 'd' } },
        transform = function(e, ctx) return require('demo.part')(e, ctx.options) end }
      """)
    try fixture.write("demo/part.lua", "return function(e, options)\n  return { options.a, options.b, lost }\nend")
    try fixture.write("demo/My-Part.lua", "")
    #expect(
      await warnings(fixture) == [
        "demo/My-Part.lua:-: no module can have this name: it is never loaded", "demo/README.md:-: there is none",
        "demo/cases.json:-: there is none", "demo/part.lua:2: the global 'lost' is never defined",
        "demo/part.lua:2: the option 'b' is read but not declared",
      ])
  }

  @Test func sharedModulesCountWhereTheyAreLoaded() async throws {
    let fixture = try PluginFixture()
    try fixture.write(
      "demo/plugin.lua",
      """
      local used = require("lib.used") or require("lib." .. "computed")
      return { name = 'demo', version = '1', summary = 's', kind = 'stage', options = { a = { type = 'string', description = 'd' } },
        transform = function(e, ctx) return used(ctx.options) end }
      """)
    try fixture.write("lib/used.lua", "return function(options) return { options.a, options.of_others, lost } end")
    try fixture.write("lib/unused.lua", "return nowhere")
    try fixture.write("demo/README.md", "# demo")
    try fixture.write("demo/cases.json", "[]")
    #expect(await warnings(fixture) == ["lib/used.lua:1: the global 'lost' is never defined"])
  }

  @Test func whatDoesNotLoadIsAProblem() async throws {
    let fixture = try PluginFixture()
    try fixture.write("demo/plugin.lua", "return {\n  x = = 1 }")
    #expect(await warnings(fixture).first?.hasPrefix("problem: demo/plugin.lua:2:") == true)
    try fixture.writePlugin("demo", "filter = function() return true end")
    try fixture.write("demo/cases.json", "[")
    #expect(await warnings(fixture).first?.hasPrefix("problem: cases.json") == true)
  }
}
