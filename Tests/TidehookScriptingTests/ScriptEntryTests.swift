import Testing
import TidehookCore
import TidehookScripting

@Suite struct ScriptEntryTests {
  private func run(_ function: String, _ body: String, entry: ScriptEntry, event: String = "{}", original: String? = nil) async -> String {
    let script = ScriptSource(name: "script", source: "return { \(function) = function(input, ctx) \(body) end }")
    return await Fixture().run(script, entry: entry, event: event, original: original).summary
  }

  @Test(arguments: [
    ("return 'delivered'", "judged: delivered"), ("return 'retry', 'busy'", "judged: retry, busy"), ("return 'dead', 7", "judged: dead, 7"),
    ("if input.status == 404 and input.body == 'no_service' then return 'disable', input.headers['x-a'] end", "judged: disable, b"),
    ("", "judged: by status"), ("return nil, 'as usual'", "judged: by status, as usual"), ("return json.null", "judged: by status"),
    ("return ctx.event.n == 1 and 'dead' or 'retry'", "judged: dead"),
    ("return 'later'", "result: script: response must return 'delivered', 'retry', 'dead', 'disable' or nothing, not 'later'"),
    ("return true", "result: script: response must return a string, not a boolean"),
    ("return 'dead', {}", "result: script: the reason of a judgement must be a string, not a table"),
    ("return input.x.y", "runtime: script:1: attempt to index a nil value (field 'x')"),
  ])
  func responsesJudge(body: String, expected: String) async {
    let answer = #"{"status":404,"headers":{"x-a":"b"},"body":"no_service"}"#
    #expect(await run("response", body, entry: .response, event: answer, original: #"{"n":1}"#) == expected)
  }

  @Test func withoutAResponseTheStatusDecides() async {
    #expect(await run("filter", "return false", entry: .response) == "judged: by status")
  }

  @Test(arguments: [
    ("return { event = 'a.b', data = {} }", #"events: [{"data":{},"event":"a.b"}]"#),
    ("return { { event = 'a' }, { event = 'b' } }", #"events: [{"event":"a"},{"event":"b"}]"#),
    ("return {}", "events: []"), ("return json.array()", "events: []"),
    ("return nil, 401, 'bad signature'", "rejected: 401 bad signature"), ("return nil, 200", "rejected: 200 "),
    ("return json.null, 200, input.body", "rejected: 200 hello"),
    (
      "",
      "result: script: receive returned nothing: it must return events (an empty table for none), or nil, a status and a message"
    ),
    ("return nil, 99", "result: script: receive must return a status from 200 to 599 after nil"),
    ("return nil, '200'", "result: script: receive must return a status from 200 to 599 after nil"),
    ("return nil, 400, {}", "result: script: the reason of a rejection must be a string, not a table"),
    ("return 'x'", "result: script: receive must return events as a table, not a string"),
    ("return { f = print }", "result: script: receive's result cannot be written as JSON: function, which JSON does not have, at .f"),
    ("return { event = tostring(ctx.event) }", #"events: [{"event":"nil"}]"#),
  ])
  func requestsAreReceived(body: String, expected: String) async {
    #expect(await run("receive", body, entry: .receive, event: #"{"body":"hello"}"#) == expected)
  }

  @Test func aScriptWithoutReceiveCannotReceive() async {
    #expect(await run("filter", "", entry: .receive) == "result: script: the script does not define 'receive'")
  }

  @Test(arguments: ["response", "receive"])
  func everyEntryIsHeldToTheLimits(function: String) async {
    let entry: ScriptEntry = function == "response" ? .response : .receive
    #expect(await run(function, "while true do end", entry: entry).contains("limit of"))
    #expect(await run(function, "local s = 'x' while true do s = s .. s end", entry: entry).hasPrefix("memory: "))
  }

  @Test func pluginsDescribeThemselves() async throws {
    let source = ScriptSource(
      name: "slack/plugin.lua",
      source: """
        return { name = require("slack.names").name, options = { a = { type = "string", enum = { "x" } }, b = json.object() },
                 transform = function() end, filter = print, helper = function() end }
        """, modules: [ScriptModule(name: "slack.names", chunk: "slack/names.lua", source: "return { name = 'slack' }")])
    let json = try await Fixture().runtime.describe(source)
    #expect(
      String(decoding: json, as: UTF8.self)
        == #"{"functions":["filter","helper","transform"],"name":"slack","options":{"a":{"enum":["x"],"type":"string"},"b":{}}}"#)
  }

  @Test(arguments: [
    ("filter = print", "the plugin must return a table that describes it"),
    ("return 5", "must return a table of functions or nothing"),
    ("return { filter = 1 }", "'filter' must be a function, not a number"),
    ("return { functions = {} }", "a plugin has no member 'functions'"),
    ("return { 'a' }", "the names of a plugin's members must be strings"),
    ("return { options = { f = print } }", "the plugin's description cannot be written as JSON: function,"),
    ("error('no')", "p:1: no"), ("x = = 1", "p:1: unexpected symbol"),
  ])
  func whatDescribesNothingIsRefused(source: String, words: String) async {
    let error = await #expect(throws: ScriptError.self) {
      try await Fixture().runtime.describe(ScriptSource(name: "p", source: source, modules: []))
    }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }
}
