import Testing
import TidehookCore
import TidehookScripting

@Suite struct PluginTesterTests {
  private static let plugin = """
    options = { tag = { type = 'string', default = 'a' } },
    filter = function(e, ctx) if e.data.skip then return false, 'skipped' end return true end,
    transform = function(e, ctx)
      print('tag ' .. ctx.options.tag)
      if e.data.fail then error('it failed') end
      if e.data.text then return 'plain' end
      return { text = e.data.x, tag = ctx.options.tag, now = ctx.now, items = { 1, { deep = true } } },
        { headers = { ['X-Team'] = 'core' }, method = 'PUT' }
    end,
    transform_batch = function(es, ctx) return { n = #es, count = ctx.batch.count, first = es[1].event } end,
    response = function(res) if res.status == 400 then return 'dead', 'bad ' .. res.body end end
    """

  private func differences(_ cases: String) async throws -> [String] {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", Self.plugin)
    try fixture.write("demo/cases.json", cases)
    let report = await PluginTester(runtime: fixture.runtime).test("demo", in: fixture.folder)
    if let problem = report.problem { return ["problem: \(problem)"] }
    return report.results.flatMap { result in
      result.differences.map { "\($0.member)|\($0.path)|\(Self.text($0.expected))|\(Self.text($0.got))" }
    }
  }

  private static func text(_ value: JSONValue?) -> String { value.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "-" }

  @Test(arguments: [
    #"{"event":{"data":{"x":1}},"expect":{"body":{"tag":"a","items":[1,{"deep":true}],"now":"2026-01-01T00:00:00.000Z","text":1.0}}}"#,
    #"{"event":{"data":{"x":1}},"options":{"tag":"b"},"expect":{"headers":{"x-team":"core","X-Other":null},"method":"PUT","log":"tag b"}}"#,
    #"{"event":{"data":{"x":1}},"ctx":{"now":"2027"},"expect":{"untouched":false}}"#,
    #"{"event":{"data":{"skip":true}},"expect":{"drop":"skipped"}}"#, #"{"event":{"data":{"skip":true}},"expect":{"drop":true}}"#,
    #"{"event":{"data":{"fail":true}},"expect":{"error":"it failed"}}"#, #"{"event":{"data":{"text":true}},"expect":{"body":"plain"}}"#,
    #"{"event":{},"options":{"tga":1},"expect":{"options_error":"options.tga"}}"#,
    #"{"events":[{"data":{}},{"event":"b"}],"expect":{"body":{"n":2,"count":2,"first":"memory.created"}}}"#,
    #"{"response":{"status":400,"body":"x"},"expect":{"judgement":"dead","reason":"bad"}}"#,
    #"{"response":{"status":500},"expect":{"judgement":null}}"#, #"{"response":{},"expect":{}}"#, #"{"event":{},"expect":{}}"#,
  ])
  func whatHoldsPasses(test: String) async throws {
    #expect(try await differences(#"[{"name":"n",\#(test.dropFirst())]"#) == [])
  }

  @Test(
    arguments: [
      (
        #"{"event":{"data":{"x":1}},"expect":{"body":{"text":2,"more":1,"tag":"a","now":"2026-01-01T00:00:00.000Z","items":[1]}}}"#,
        ["body|text|2|1", "body|more|1|-", "body|items[2]|-|{\"deep\":true}"]
      ),
      (#"{"event":{"data":{"text":true}},"expect":{"body":"plein"}}"#, [#"body||"plein"|"plain""#]),
      (
        #"{"event":{"data":{"x":1}},"expect":{"headers":{"X-Team":"ops"},"method":"POST","log":"y"}}"#,
        [#"method||"POST"|"PUT""#, #"headers.X-Team||"ops"|"core""#, #"log||"y"|"tag a\n""#]
      ),
      (#"{"event":{"data":{"skip":true}},"expect":{}}"#, [#"drop||-|"skipped""#]),
      (#"{"event":{"data":{"skip":true}},"expect":{"drop":"other"}}"#, [#"drop||"other"|"skipped""#]),
      (
        #"{"event":{},"options":{"tga":1},"expect":{}}"#,
        [#"options_error||-|"options.tga: expected an option of the plugin, got an unknown one; it has tag""#]
      ),
      (#"{"event":{"data":{"text":true}},"expect":{"error":"x"}}"#, [#"error||"x"|{"body":"plain"}"#]),
      (#"{"event":{"data":{"text":true}},"expect":{"drop":"x"}}"#, [#"drop||"x"|{"body":"plain"}"#]),
      (#"{"event":{"data":{"text":true}},"expect":{"untouched":true}}"#, [#"untouched||true|{"body":"plain"}"#]),
      (#"{"event":{},"expect":{"options_error":"x"}}"#, [#"options_error||"x"|-"#]),
      (#"{"response":{"status":400},"expect":{"judgement":"retry"}}"#, [#"judgement||"retry"|"dead""#]),
    ] as [(String, [String])])
  func whatDoesNotHoldIsToldExactly(test: String, expected: [String]) async throws {
    #expect(try await differences(#"{"cases":[{"name":"n",\#(test.dropFirst())]}"#) == expected)
  }

  @Test(arguments: [
    ("{", "cases.json: "), ("5", "expected an array of cases, got a number"), ("[5]", "case 1: expected an object, got a number"),
    (#"[{"event":{},"expect":{}}]"#, "case 1: name: expected"),
    (#"[{"name":"n","expect":{}}]"#, "case 1 (n): expected an event, events, a response"),
    (#"[{"name":"n","event":{}}]"#, "case 1 (n): expect: expected an object, got nothing"),
    (#"[{"name":"n","event":{},"expect":{"bdy":1}}]"#, "case 1 (n): expect: unknown member \"bdy\""),
    (#"[{"name":"n","evnt":{},"event":{},"expect":{}}]"#, "case 1 (n): unknown member \"evnt\""),
  ])
  func casesThatMakeNoSenseAreNamed(cases: String, part: String) async throws {
    let told = try await differences(cases)
    #expect(told.count == 1 && told[0].contains(part), "\(told)")
  }

  @Test func sourcesAreTestedWithRequests() async throws {
    let fixture = try PluginFixture()
    try fixture.write(
      "in/plugin.lua",
      """
      return { name = "in", version = "1", summary = "s", kind = "source", receive = function(request)
        if request.headers["x-key"] ~= "k" then return nil, 401, "no key" end
        return { event = "a.b", data = { method = request.method } }
      end }
      """)
    try fixture.write(
      "in/cases.json",
      #"""
      [{"name":"taken","request":{"headers":{"x-key":"k"}},"expect":{"events":[{"data":{"method":"POST"},"event":"a.b"}]}},
       {"name":"refused","request":{},"expect":{"status":401,"message":"key"}},
       {"name":"refused by surprise","request":{},"expect":{"events":[]}}]
      """#)
    let report = await PluginTester(runtime: fixture.runtime).test("in", in: fixture.folder)
    #expect(report.results.map(\.passed) == [true, true, false])
  }

  @Test func answersAndBodiesOfSourcesAreTested() async throws {
    let fixture = try PluginFixture()
    try fixture.write(
      "in/plugin.lua",
      """
      return { name = "in", version = "1", summary = "s", kind = "source", receive = function(request, ctx)
        if request.body == "" then return nil, 200, { challenge = 1 } end
        local data = { json = request.json, size = #request.body, verified = ctx.verified, type = request.headers["content-type"] }
        return { event = "a.b", data = data }, { status = 202, headers = { ["X-A"] = "b" }, body = "ok" }
      end }
      """)
    try fixture.write(
      "in/cases.json",
      #"""
      [{"name":"json","request":{"json":{"a":1}},"expect":{"events":[{"event":"a.b","data":{"json":{"a":1},"size":7,"verified":true,"type":"application/json"}}],
        "answer":{"status":202,"headers":{"x-a":"b","x-c":null},"body":"ok","content_type":"text/plain; charset=utf-8"}}},
       {"name":"bytes","request":{"body_base64":"/wA="},"ctx":{"verified":false},"expect":{"events":[{"event":"a.b","data":{"size":2,"verified":false}}]}},
       {"name":"challenge","request":{},"expect":{"answer":{"status":200,"body":{"challenge":1}}}},
       {"name":"challenge by status","request":{},"expect":{"status":200,"message":"challenge"}},
       {"name":"wrong body","request":{"body":"x"},"expect":{"answer":{"body":"no"}}},
       {"name":"no answer expected","request":{"body":"x"},"expect":{"answer":null}},
       {"name":"another header","request":{"body":"x"},"expect":{"answer":{"headers":{"x-a":"c"}}}},
       {"name":"events expected","request":{},"expect":{"events":[]}}]
      """#)
    let report = await PluginTester(runtime: fixture.runtime).test("in", in: fixture.folder)
    #expect(report.results.map(\.passed) == [true, true, true, true, false, false, false, false], "\(report)")
  }

  @Test(arguments: [
    (#"{"body":"a","json":1}"#, "case 1 (n): request: expected one of body, json and body_base64, got several"),
    (#"{"body_base64":"*"}"#, "case 1 (n): request: body_base64: expected base64"),
    (#"{"boddy":"a"}"#, "case 1 (n): request: unknown member \"boddy\""),
    (#"{"headers":5}"#, "case 1 (n): request: headers: expected a table"),
  ])
  func requestsThatMakeNoSenseAreNamed(request: String, part: String) async throws {
    let fixture = try PluginFixture()
    try fixture.write("in/plugin.lua", "return { name = 'in', version = '1', summary = 's', kind = 'source', receive = print }")
    try fixture.write("in/cases.json", #"[{"name":"n","request":\#(request),"expect":{}}]"#)
    let problem = await PluginTester(runtime: fixture.runtime).test("in", in: fixture.folder).problem
    #expect(problem?.contains(part) == true, "\(problem ?? "it ran")")
  }

  @Test func aPluginWithoutCasesHasNoResults() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", Self.plugin)
    let report = await PluginTester(runtime: fixture.runtime).test("demo", in: fixture.folder)
    #expect(report.passed && report.results.isEmpty)
    #expect(await PluginTester(runtime: fixture.runtime).test("none", in: fixture.folder).problem == "none/plugin.lua is missing")
  }

  @Test func costsAreMeasuredWithTheCases() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", Self.plugin)
    try fixture.write(
      "demo/cases.json", #"[{"name":"a","event":{},"expect":{}},{"name":"b","event":{"data":{"fail":true}},"expect":{"error":"it"}}]"#)
    let cost = await PluginBench(runtime: fixture.runtime).measure("demo", in: fixture.folder, runs: 50)
    #expect(cost.problem == nil && cost.cases.map(\.name) == ["a"] && cost.cases.map(\.runs) == [50])
    #expect(cost.cases.allSatisfy { $0.cpuTime > .zero && $0.cpuTime < .milliseconds(50) && $0.memoryBytes > 0 })
  }
}
