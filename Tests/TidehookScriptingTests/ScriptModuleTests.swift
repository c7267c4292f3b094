import Testing
import TidehookCore
import TidehookScripting

@Suite struct ScriptModuleTests {
  private func plugin(_ source: String, _ modules: [(name: String, source: String)] = []) -> ScriptSource {
    ScriptSource(
      name: "p/plugin.lua", source: source,
      modules: modules.map { name, source in
        ScriptModule(name: name, chunk: name.split(separator: ".").joined(separator: "/") + ".lua", source: source)
      })
  }

  @Test func aPluginLoadsItsModulesOnceInEachCall() async {
    let source = """
      local a, b = require("p.a"), require("lib.b")
      return { transform = function() return { a.n, b.name, require("p.a") == a, runs, require("p.none") } end }
      """
    let script = plugin(
      source,
      [
        ("p.a", "runs = (runs or 0) + 1 return { n = 1 }"), ("lib.b", "return { name = ..., a = require('p.a') }"),
        ("p.none", "local unused"),
      ])
    let fixture = Fixture()
    for _ in 0..<3 { #expect(await fixture.run(script).summary == #"[1,"lib.b",true,1,true]"#) }
  }

  @Test func onlyPluginsHaveRequire() async {
    #expect(await Fixture().transform("return { tostring(require) }") == #"["nil"]"#)
    #expect(await Fixture().run(plugin("function transform() return { type(require) } end")).summary == #"["function"]"#)
  }

  @Test(arguments: [
    ("require('p.missing')", "module 'p.missing' not found: a plugin loads modules of its own folder and of 'lib'"),
    ("require('1')", "module '1' not found"), ("require(1)", "bad argument #1 to 'require' (string expected, got number)"),
    ("require()", "bad argument #1 to 'require' (string expected, got no value)"),
    ("require('p.a')", "modules require each other: p.a -> p.b -> p.a"),
    ("require('p.self')", "modules require each other: p.self -> p.self"),
  ])
  func whatCannotBeLoadedIsNamed(body: String, words: String) async {
    let modules = [("p.a", "return require('p.b')"), ("p.b", "return require('p.a')"), ("p.self", "return require(...)")]
    let result = await Fixture().run(plugin(body, modules))
    #expect(result.error?.code == .runtime)
    #expect(result.error?.message.contains(words) == true, "\(result.summary)")
  }

  @Test func errorsNameTheModuleAndItsLine() async throws {
    let broken = await Fixture().run(plugin("require('p.a')", [("p.a", "\n\nx = = 1")]))
    #expect(broken.error?.code == .compile)
    #expect(broken.error?.message == "p/a.lua:3: unexpected symbol near '='")
    #expect(broken.error?.line == 3)
    let filter = plugin("local a = require('p.a')\n\nreturn { filter = a }", [("p.a", "local x\nreturn function() return x.y end")])
    let failing = try #require(await Fixture().run(filter).error)
    #expect(failing.message == "p/a.lua:2: attempt to index a nil value (upvalue 'x')")
    #expect(failing.line == 2)
    let loading = try #require(await Fixture().run(plugin("\nrequire('p.a')", [("p.a", "\n\nerror('no')")])).error)
    #expect(loading.message == "p/a.lua:3: no")
    #expect(loading.traceback.contains("p/plugin.lua:2: in"))
  }

  @Test(arguments: [
    ("while true do end", ScriptError.Code.instructions), ("local s = 'x' while true do s = s .. s end", .memory),
  ])
  func modulesRunUnderTheLimitsOfTheCall(body: String, code: ScriptError.Code) async throws {
    // Lua unwinds before it tells of a lack of memory, so that a `pcall` is all that is left to point at.
    for source in ["require('p.a')", "\npcall(require, 'p.a') return {}"] {
      let error = try #require(await Fixture(limits: ScriptLimits(cpuTime: .seconds(60))).run(plugin(source, [("p.a", "\n" + body)])).error)
      #expect(error.code == code)
      #expect(error.message.hasPrefix(code == .memory && source.contains("pcall") ? "p/plugin.lua:2: " : "p/a.lua:2: "), "\(error.message)")
    }
  }

  @Test func aModuleThatFailedMayBeTriedAgain() async {
    let script = plugin(
      "local first = pcall(require, 'p.a') ready = true return { transform = function() return { first, require('p.a') } end }",
      [("p.a", "if not ready then error('not yet') end return 'loaded'")])
    #expect(await Fixture().run(script).summary == #"[false,"loaded"]"#)
  }

  @Test func modulesKeepNothingBetweenCalls() async {
    let fixture = Fixture()
    let script = plugin(
      """
      local a = require("p.a")
      return { transform = function(e) if e.load then require("p.b") end return { a.count(), seen == nil, late == nil } end }
      """,
      [
        ("p.a", "local n = 0 return { count = function() n = n + 1 seen_before = seen return n end, f = function() return late end }"),
        ("p.b", "late = true seen = true"),
      ])
    #expect(await fixture.run(script, event: #"{"load":true}"#).summary == "[1,false,false]")
    for _ in 0..<2 { #expect(await fixture.run(script).summary == "[1,true,true]") }
  }

  @Test func sourcesOfAPluginAreLimitedOneByOneAndTogether() async {
    let line = String(repeating: "-", count: 1000)
    let limits = ScriptLimits(sourceBytes: 1000)
    let one = await #expect(throws: ScriptError.self) {
      try await Fixture(limits: limits).runtime.describe(plugin("return {}", [("p.a", line + "-")]))
    }
    #expect(one?.message == "p/a.lua: source has 1001 bytes, more than 1000")
    let modules = (1...5).map { (name: "p.m\($0)", source: line) }
    let all = await #expect(throws: ScriptError.self) {
      try await Fixture(limits: limits).runtime.describe(plugin("return {}", modules))
    }
    #expect(all?.message == "p/plugin.lua with its modules: source has 5009 bytes, more than 4000")
  }
}
