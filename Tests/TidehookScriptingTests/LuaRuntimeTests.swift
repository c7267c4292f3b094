import Testing
import TidehookCore
import TidehookScripting

@Suite struct LuaRuntimeTests {
  @Test func theSlackScriptOfTheDesign() async {
    let script = """
      function filter(event, ctx)
        return has_tag(event, "architecture")
      end
      function transform(event, ctx)
        return { text = "New architecture decision stored:\\n" .. event.data.content },
               { headers = { ["X-Team"] = ctx.options.team }, content_type = "application/json" }
      end
      """
    let fixture = Fixture()
    let tagged = await fixture.run(
      script, event: #"{"data":{"content":"We decided to use Redis for caching","tags":["architecture"]}}"#,
      context: #"{"options":{"team":"core"}}"#)
    #expect(tagged.summary == #"{"text":"New architecture decision stored:\nWe decided to use Redis for caching"}"#)
    #expect(tagged.overrides == RequestOverrides(headers: [HeaderField("X-Team", "core")], contentType: "application/json"))
    let untagged = await fixture.run(script, event: #"{"data":{"content":"x","tags":[]}}"#)
    #expect(untagged.summary == "dropped: filter returned false")
  }

  @Test(arguments: [
    ("", "untouched"), ("return {}", "untouched"), ("function filter() return true end", "untouched"),
    ("function filter() return 1 end", "untouched"),
    ("function filter() return false, 'too old' end", "dropped: too old"), ("function filter() end", "dropped: filter returned nothing"),
    ("function filter() return json.null end", "dropped: filter returned null"),
    ("function transform() return nil, 'why' end", "dropped: why"),
    ("function transform() end", "dropped: transform returned nothing"), ("function transform() return 'plain' end", "plain"),
    ("function transform() return '' end", ""),
    ("return {filter = function(e) return e.a == 1 end, transform = function(e) return {e.a} end}", "[1]"),
    ("local M = {} function M.transform(e, ctx) return {ctx.event.a == e.a, ctx.now} end return M", #"[true,"2026"]"#),
  ])
  func verdicts(script: String, expected: String) async {
    #expect(await Fixture().run(script, event: #"{"a":1}"#, context: #"{"now":"2026"}"#).summary == expected)
  }

  @Test func aLaterStageSeesTheOriginal() async {
    let result = await Fixture().run(
      "function transform(e, ctx) return {e.n, ctx.event.n, ctx.options.x} end", event: #"{"n":2}"#, original: #"{"n":1}"#,
      context: #"{"options":{"x":3}}"#)
    #expect(result.summary == "[2,1,3]")
  }

  @Test(arguments: [
    ("e.n = 2 return {e.n, ctx.event.n}", "[2,1]"), ("ctx.event.n = 2 return {e.n, ctx.event.n}", "[1,2]"),
    ("e.n = 2 return ctx.event", #"{"n":1}"#),
  ])
  func theOriginalIsNotTheArgument(body: String, expected: String) async {
    #expect(await Fixture().run("function transform(e, ctx) \(body) end", event: #"{"n":1}"#).summary == expected)
  }

  @Test func whatAScriptPutsIntoTheContextStays() async {
    let script = "function transform(e, ctx) ctx.now = 1 ctx.event = 2 return {ctx.now, ctx.event, ctx.options.x} end"
    #expect(await Fixture().run(script, context: #"{"now":"2026","options":{"x":3}}"#).summary == "[1,2,3]")
  }

  @Test func nothingPersistsBetweenCalls() async {
    let fixture = Fixture()
    let script = ScriptSource(
      name: "s",
      source: """
        local calls = 0
        function transform(e)
          calls = calls + 1
          local seen = {calls, leaked == nil, string.mine == nil, ("").mine == nil, json.mine == nil}
          leaked = true
          pcall(function() string.mine = 1 end) pcall(rawset, json, "mine", 1) pcall(function() getmetatable("").__index.mine = 1 end)
          pcall(setmetatable, string, {}) pcall(function() _ENV.string.mine = 1 end)
          return seen
        end
        """)
    for _ in 0..<3 { #expect(await fixture.run(script).summary == "[1,true,true,true,true]") }
    #expect(await fixture.run("function transform() return {leaked == nil, calls == nil} end").summary == "[true,true]")
  }

  @Test func errorsNameScriptLineAndCalls() async throws {
    let result = await Fixture().run(
      ScriptSource(
        name: "team notes",
        source: """
          local function inner(e)
            return e.data.nothing.here
          end
          function transform(e)
            print("before")
            local x = inner(e)
            return x
          end
          """), event: #"{"data":{}}"#)
    let error = try #require(result.error)
    #expect(error.code == .runtime)
    #expect(error.message == "team notes:2: attempt to index a nil value (field 'nothing')")
    #expect(error.line == 2)
    #expect(error.traceback.contains("team notes:6: in"))
    #expect(error.description.contains("stack traceback:\n"))
    #expect(result.log == "before\n")
  }

  @Test func logsKeepTheFirstFourKibibytes() async {
    let result = await Fixture().run("print('a', 1, nil, json.null) log.info('b') log.warn('c') for i = 1, 100 do print(('é'):rep(50)) end")
    #expect(result.log.hasPrefix("a\t1\tnil\tnull\ninfo: b\nwarn: c\n"))
    #expect(result.log.utf8.count <= 4096 && result.log.utf8.count > 4090)
    #expect(!result.log.unicodeScalars.contains("\u{FFFD}"))
  }

  @Test(
    arguments: [
      ("function transform(", .compile, 1), ("\n\nx = = 1", .compile, 3), ("transform = 5", .result, nil), ("return 5", .result, nil),
      ("error('no')", .runtime, 1),
      ("while true do end", nil, 1), ("\u{1b}Lua", .compile, nil), ("return {receive = 1}", .result, nil),
    ] as [(String, ScriptError.Code?, Int?)])
  func checkTellsWhatIsWrong(source: String, code: ScriptError.Code?, line: Int?) async throws {
    let fixture = Fixture()
    let error = await #expect(throws: ScriptError.self) { try await fixture.runtime.check(source, name: "script") }
    if let code { #expect(error?.code == code) }
    if let line { #expect(error?.line == line) }
    try await fixture.runtime.check("function filter() return true end", name: "script")
  }

  @Test func sourcesAreLimited() async {
    let large = String(repeating: "-- comment\n", count: 7000)
    let error = await #expect(throws: ScriptError.self) { try await Fixture().runtime.check(large, name: "big") }
    #expect(error?.code == .sourceSize)
  }

  @Test func overridesAreTaken() async {
    let body =
      "return 'x', {method = 'PUT', url = 'https://example.com/a?b', headers = {['X-B'] = 2, ['X-A'] = 'a\\tb', ['content-type'] = 'text/plain'}}"
    let result = await Fixture().run("function transform() \(body) end")
    #expect(
      result.overrides
        == RequestOverrides(
          method: "PUT", url: "https://example.com/a?b", headers: [HeaderField("X-A", "a\tb"), HeaderField("X-B", "2")],
          contentType: "text/plain"))
  }

  @Test func manyScriptsShareTheWorkers() async {
    let fixture = Fixture(threads: 2)
    let scripts = (0..<600).map { ScriptSource(name: "s\($0)", source: "function transform(e) return {e.n + \($0)} end") }
    await withTaskGroup(of: Bool.self) { group in
      for round in 0..<3 {
        for (index, script) in scripts.enumerated() {
          group.addTask { await fixture.run(script, event: #"{"n":\#(round)}"#).summary == "[\(round + index)]" }
        }
      }
      for await correct in group { #expect(correct) }
    }
  }

  @Test func afterShutdownJobsFail() async {
    let fixture = Fixture()
    fixture.runtime.shutdown()
    fixture.runtime.shutdown()
    #expect(await fixture.run("return {}").error?.code == .closed)
    await #expect(throws: ScriptError.self) { try await fixture.runtime.check("", name: "s") }
  }
}
