import Testing
import TidehookCore
import TidehookScripting

@Suite struct ScriptEntryTests {
  /// The clock is no part of these tests: a slow machine reaches the limits that they are about all the same.
  private func run(_ function: String, _ body: String, entry: ScriptEntry, event: String = "{}", original: String? = nil) async -> String {
    let script = ScriptSource(name: "script", source: "return { \(function) = function(input, ctx) \(body) end }")
    let fixture = Fixture(limits: ScriptLimits(cpuTime: .seconds(60)))
    return await fixture.run(script, entry: entry, event: event, original: original).summary
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

  @Test(arguments: [
    ("return input.n == 1", "untouched"), ("return false, 'no'", "dropped: no"),
    ("return ctx.event.n == 2", "dropped: filter returned false"),
    ("error('x')", "runtime: script:1: x"),
  ])
  func aFilterRunsAlone(body: String, expected: String) async {
    let source = "return { filter = function(input, ctx) \(body) end, transform = function() error('not now') end }"
    let script = ScriptSource(name: "script", source: source)
    #expect(await Fixture().run(script, entry: .filter, event: #"{"n":1}"#).summary == expected)
  }

  @Test(arguments: [
    ("return { sum = input[1].n + input[2].n }", #"{"sum":3}"#), ("return input", #"[{"n":1},{"n":2}]"#), ("return 'a,b'", "a,b"),
    ("return #ctx.event", "result: script: transform_batch must return a table or a string, not a number"),
    ("return nil, 'quiet'", "dropped: quiet"), ("return false", "dropped: transform_batch returned nothing"),
    ("return ('x'):rep(1100000)", "output: script: transform_batch's result is larger than 1048576 bytes"),
  ])
  func transformBatchGetsAllEvents(body: String, expected: String) async {
    #expect(await run("transform_batch", body, entry: .batch, event: #"[{"n":1},{"n":2}]"#) == expected)
  }

  @Test func aScriptWithoutTransformBatchLeavesABatchAsItIs() async {
    #expect(await run("transform", "error('not now')", entry: .batch, event: "[{}]") == "untouched")
    #expect(await run("transform_batch", "error('not now')", entry: .filter) == "untouched")
  }

  @Test func aScriptWithTransformBatchAloneCanBeSaved() async throws {
    try await Fixture().runtime.check("function transform_batch(events) return events end", name: "script")
  }

  @Test func withoutAResponseTheStatusDecides() async {
    #expect(await run("filter", "return false", entry: .response) == "judged: by status")
  }

  @Test(arguments: [
    ("return { event = 'a.b', data = {} }", #"events: [{"data":{},"event":"a.b"}]"#),
    ("return { { event = 'a' }, { event = 'b' } }", #"events: [{"event":"a"},{"event":"b"}]"#),
    ("return {}", "events: []"), ("return json.array()", "events: []"),
    ("return nil, 401, 'bad signature'", "rejected: 401 (text/plain; charset=utf-8) bad signature"),
    ("return nil, 200", "rejected: 200 "), ("return json.null, 200, input.body", "rejected: 200 (text/plain; charset=utf-8) hello"),
    ("return nil, 200, { challenge = input.body }", #"rejected: 200 (application/json) {"challenge":"hello"}"#),
    ("return nil, 200, '<a/>', 'text/xml'", "rejected: 200 (text/xml) <a/>"), ("return nil, 204", "rejected: 204 "),
    ("return {}, { body = { type = 1 } }", #"events: [], answer: 200 (application/json) {"type":1}"#),
    (
      "return { event = 'a' }, { status = 202, headers = { ['X-A'] = 'b' }, content_type = 'text/html', body = '<p>' }",
      #"events: [{"event":"a"}], answer: 202 X-A: b (text/html) <p>"#
    ),
    ("return {}, { headers = { ['Content-Type'] = 'text/css' } }", "events: [], answer: 200 (text/css) "),
    ("return {}, json.null", "events: []"),
    ("return {}, { status = 204, body = 'x' }", "result: script: an answer with status 204 cannot have a body"),
    ("return nil, 204, 'x'", "result: script: an answer with status 204 cannot have a body"),
    (
      "return {}, { stauts = 204 }",
      "result: script: unknown member 'stauts' of an answer; there are status, headers, content_type and body"
    ),
    ("return {}, { status = 700 }", "result: script: receive must return a status from 200 to 599 in its answer"),
    ("return {}, 'ok'", "result: script: receive must return its answer as a table, not a string"),
    ("return {}, { headers = { ['X-A'] = 'b\\r\\nX-B: c' } }", "result: script: header 'X-A' has a value with forbidden characters"),
    ("return {}, { headers = { Connection = 'close' } }", "result: script: header 'Connection' cannot be set by a script"),
    ("return {}, { body = ('x'):rep(70000) }", "output: script: the answer's body is larger than 65536 bytes"),
    (
      "",
      "result: script: receive returned nothing: it must return events (an empty table for none), or nil, a status and a message"
    ),
    ("return nil, 99", "result: script: receive must return a status from 200 to 599 after nil"),
    ("return nil, '200'", "result: script: receive must return a status from 200 to 599 after nil"),
    ("return nil, 400, print", "result: script: the answer's body must be a string or a table, not a function"),
    ("return 'x'", "result: script: receive must return events as a table, not a string"),
    ("return { f = print }", "result: script: receive's result cannot be written as JSON: function, which JSON does not have, at .f"),
    ("return { event = tostring(ctx.event) }", #"events: [{"event":"nil"}]"#),
  ])
  func requestsAreReceived(body: String, expected: String) async {
    #expect(await run("receive", body, entry: .receive, event: #"{"body":"hello"}"#) == expected)
  }

  private func receive(_ script: String, body: [UInt8]) async -> String {
    let source = ScriptSource(name: "script", source: "function receive(request, ctx) \(script) end")
    return await Fixture().run(source, entry: .receive, event: #"{"method":"POST"}"#, body: body).summary
  }

  @Test func theBodyIsTheBytesThatCame() async {
    let bytes: [UInt8] = [0x00, 0xFF, 0x0A, 0xC3]
    #expect(
      await receive("return { { hex = hex.encode(request.body), json = tostring(request.json) } }", body: bytes)
        == #"events: [{"hex":"00ff0ac3","json":"nil"}]"#)
    #expect(
      await receive("return { { size = #request.body, json = tostring(request.json) } }", body: []) == #"events: [{"json":"nil","size":0}]"#
    )
  }

  @Test func jsonKeepsLargeNumbersNullsEmptiesAndOrder() async {
    let body = #" {"z": 9007199254740993, "big": 12345678901234567891, "e": [], "o": {}, "n": null, "a": 1.0} "#
    #expect(
      await receive("return { { data = request.json } }", body: Array(body.utf8))
        == #"events: [{"data":{"z":9007199254740993,"big":12345678901234567891,"e":[],"o":{},"n":null,"a":1}}]"#)
  }

  @Test func bodyAndJSONAreMembersLikeOthers() async {
    let body = Array(#"{"a":1}"#.utf8)
    let keys = "local names = {} for name in pairs(request) do names[#names + 1] = name end return { { names = names } }"
    #expect(await receive(keys, body: body) == #"events: [{"names":["method","body","json"]}]"#)
    #expect(await receive("return request", body: body) == #"events: [{"method":"POST","body":"{\"a\":1}","json":{"a":1}}]"#)
    #expect(
      await receive("request.json = 5 request.body = 'x' return request", body: body) == #"events: [{"method":"POST","body":"x","json":5}]"#
    )
    #expect(
      await receive("request.json.a = 2 return { request.json, { b = request.body } }", body: body)
        == #"events: [{"a":2},{"b":"{\"a\":1}"}]"#)
    #expect(await receive("return { { raw = rawget(request, 'json') } }", body: body) == #"events: [{"raw":{"a":1}}]"#)
    #expect(await receive("return { { event = tostring(ctx.event) } }", body: body) == #"events: [{"event":"nil"}]"#)
  }

  @Test func aScriptIsCheckedForWhatItIsUsedFor() async {
    let receives = "function receive() return {} end"
    let filters = "function filter() return true end"
    let runtime = Fixture().runtime
    await #expect(throws: Never.self) { try await runtime.check(receives, name: "script", for: .receive) }
    await #expect(throws: Never.self) { try await runtime.check(filters, name: "script") }
    let error = await #expect(throws: ScriptError.self) { try await runtime.check(filters, name: "script", for: .receive) }
    #expect(error?.message == "script: the script does not define 'receive'")
    await #expect(throws: ScriptError.self) { try await runtime.check(receives, name: "script") }
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
