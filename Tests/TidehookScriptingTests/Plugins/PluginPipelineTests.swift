import Testing
import TidehookCore
import TidehookScripting

@Suite struct PluginPipelineTests {
  private func run(_ fixture: PluginFixture, _ live: LivePlugins, _ stages: PipelineStage...) async throws -> PipelineResult {
    await ScriptPipelines(runtime: fixture.runtime, plugins: live).run(
      try Samples.webhook(stages), on: Samples.delivery(#"{"n":1}"#), at: Samples.now)
  }

  private func judge(_ result: PipelineResult, _ status: Int, body: String = "") async throws -> ResponseRuling {
    let judge = try #require(result.judge)
    let headers = [HeaderField("Retry-After", "5"), HeaderField("X-A", "1"), HeaderField("x-a", "2")]
    return await judge.judge(ReceivedResponse(status: status, headers: headers, body: Array(body.utf8)))
  }

  @Test func optionsComeWithTheirDefaults() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin(
      "demo",
      "options = { a = { type = 'string', default = 'A' }, b = { type = 'string' } }, transform = function(e, ctx) return ctx.options end")
    let result = try await run(fixture, await started(fixture.live()), .plugin("demo", ["b": "B"]))
    #expect(result.summary == #"{"a":"A","b":"B"}"# || result.summary == #"{"b":"B","a":"A"}"#)
    #expect(result.plugins == [PluginVersion(name: "demo", revision: 1)])
    #expect(result.judge == nil)
  }

  @Test func aStageGetsWhatTheOneBeforeMade() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("wrap", "transform = function(e, ctx) return { inner = e, n = ctx.event.data.n, who = ctx.webhook.name } end")
    let live = await started(fixture.live())
    let result = try await run(
      fixture, live, .script("function transform(e) return { x = e.data.n + 1 } end"), .plugin("wrap"), .plugin("wrap"))
    #expect(result.summary == #"{"inner":{"inner":{"x":2},"n":1,"who":"ops"},"n":1,"who":"ops"}"#)
    #expect(result.plugins.count == 1)
  }

  @Test func aDropNamesItsStage() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("gate", "filter = function() return false, 'closed' end")
    let live = await started(fixture.live())
    #expect(try await run(fixture, live, .plugin("gate")).summary == "dropped: gate: closed")
    #expect(try await run(fixture, live, .script("return { filter = function() return false, 'no' end }")).summary == "dropped: no")
    let second = try await run(fixture, live, .script("return {}"), .script("return { filter = function() return false, 'no' end }"))
    #expect(second.summary == "dropped: pipeline[1].script: no")
  }

  @Test func whatIsNotLoadedFailsWhenItsTurnComes() async throws {
    let fixture = try PluginFixture()
    try fixture.write("broken/plugin.lua", "return {")
    let live = await started(fixture.live())
    #expect(try await run(fixture, live, .plugin("none")).summary == "failed: plugin none is not loaded: there is no such plugin")
    #expect(try await run(fixture, live, .plugin("broken")).summary.hasPrefix("failed: plugin broken is not loaded: broken/plugin.lua:1"))
    let gate = PipelineStage.script("return { filter = function() return false, 'no' end }")
    #expect(try await run(fixture, live, gate, .plugin("none")).summary == "dropped: pipeline[0].script: no")
    try fixture.writePlugin("none", "filter = function() return true end")
    for _ in 0..<2 { await live.look() }
    #expect(try await run(fixture, live, .plugin("none")).summary == "untouched")
  }

  @Test func anAttemptRunsOneVersionThroughout() async throws {
    let fixture = try PluginFixture()
    func write(_ version: Int) throws {
      try fixture.writePlugin(
        "demo", "transform = function() return { \(version) } end, response = function() return 'dead', 'version \(version)' end")
    }
    try write(1)
    let live = await started(fixture.live())
    let pipelines = ScriptPipelines(runtime: fixture.runtime, plugins: live)
    let webhook = try Samples.webhook([.plugin("demo"), .plugin("demo")])
    let before = await pipelines.run(webhook, on: Samples.delivery(), at: Samples.now)
    try write(2)
    for _ in 0..<2 { await live.look() }
    let after = await pipelines.run(webhook, on: Samples.delivery(), at: Samples.now)
    #expect(before.summary == "[1]" && after.summary == "[2]")
    #expect(before.plugins == [PluginVersion(name: "demo", revision: 1)] && after.plugins == [PluginVersion(name: "demo", revision: 2)])
    #expect(try await judge(before, 500).reason == "version 1")
    #expect(try await judge(after, 500).reason == "version 2")
    let pin = PinnedVersions(revision: 1, plugins: before.plugins)
    let replay = await pipelines.run(webhook, on: Samples.delivery(pinned: pin), at: Samples.now)
    #expect(replay.summary == "[1]" && replay.plugins == before.plugins)
    let unknown = PinnedVersions(revision: 1, plugins: [PluginVersion(name: "demo", revision: 7)])
    let lost = await pipelines.run(webhook, on: Samples.delivery(pinned: unknown), at: Samples.now)
    #expect(lost.summary == "failed: plugin demo has no revision 7")
  }

  @Test func theLastStageWithAResponseJudges() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("early", "response = function(res) return 'dead', 'early' end")
    try fixture.writePlugin(
      "late",
      """
      response = function(res, ctx)
        print('judging')
        if res.status == 418 then error('teapot') end
        if res.status == 400 then return nil end
        return 'retry', res.headers['x-a'] .. ' ' .. res.body .. ' ' .. ctx.event.id
      end
      """)
    try fixture.writePlugin("plain", "filter = function() return true end")
    let result = try await run(fixture, await started(fixture.live()), .plugin("early"), .plugin("late"), .plugin("plain"))
    #expect(try await judge(result, 500, body: "oops") == ResponseRuling(.retry, reason: "1, 2 oops evt_1", log: "judging\n"))
    #expect(try await judge(result, 400) == ResponseRuling(nil, log: "judging\n"))
    let failed = try await judge(result, 418)
    #expect(failed.judgement == nil && failed.log.hasPrefix("judging\nresponse failed: late/plugin.lua:") && failed.log.contains("teapot"))
  }

  @Test func anInlineScriptMayJudgeAndOneThatOnlySaysSoLeavesItToOthers() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("late", "response = function(res) return 'dead', 'late' end")
    let live = await started(fixture.live())
    let judging = try await run(fixture, live, .plugin("late"), .script("function response(res) return 'delivered' end"))
    #expect(try await judge(judging, 500).judgement == .delivered)
    let silent = try await run(fixture, live, .plugin("late"), .script("-- no response\nfunction filter() return true end"))
    #expect(try await judge(silent, 500).reason == "late")
  }

  @Test func aTraceTellsWhatEachStageDid() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("wrap", "transform = function(e) print('wrapping') return { e.data.n } end")
    let pipelines = ScriptPipelines(runtime: fixture.runtime, plugins: await started(fixture.live()))
    let stages: [PipelineStage] = [
      .script("function filter() return true end"), .plugin("wrap"), .script("function transform(e)\n  return e.x.y\nend"), .plugin("wrap"),
    ]
    let trace = await pipelines.trace(try Samples.webhook(stages), on: Samples.delivery(#"{"n":1}"#), at: Samples.now)
    #expect(trace.stages.map(\.name) == ["pipeline[0].script", "wrap", "pipeline[2].script"])
    #expect(trace.stages.map { $0.body.map { String(decoding: $0, as: UTF8.self) } } == [nil, "[1]", nil])
    #expect(trace.stages[1].log == "wrapping\n" && trace.stages[1].plugin?.revision == 1 && trace.stages[1].usage.memoryBytes > 0)
    guard case .failed(let message, let line, _) = trace.stages[2].decision else {
      Issue.record("the third stage did not fail")
      return
    }
    #expect(line == 2 && message.hasPrefix("pipeline[2].script:2:"))
    #expect(trace.result.summary.hasPrefix("failed: pipeline[2].script:2:"))
  }

  @Test func aTraceOfAnotherPipelineDoesNotTouchTheWebhook() async throws {
    let fixture = try PluginFixture()
    let pipelines = ScriptPipelines(runtime: fixture.runtime)
    let webhook = try Samples.webhook([.script("return { transform = function() return { 1 } end }")])
    let tried = try Samples.webhook([.script("return { transform = function() return { 2 } end }")])
    for _ in 0..<2 {
      #expect(await pipelines.run(webhook, on: Samples.delivery(), at: Samples.now).summary == "[1]")
      #expect(await pipelines.trace(tried, on: Samples.delivery(), at: Samples.now).result.summary == "[2]")
    }
  }

  @Test(arguments: [
    (PipelineStage.plugin("demo", ["chanel": 1]), "options.chanel", "expected an option of the plugin"),
    (.plugin("demo", ["channel": 1]), "options.channel", "expected a string, got 1"),
    (.plugin("demo", 5), "options", "expected an object, got a number"),
    (.plugin("none"), "plugin", "plugin none is not loaded: there is no such plugin; there are demo"),
    (.plugin("source"), "plugin", "expected a plugin of kind \"stage\", got source"), (.script("x ="), "script", "pipeline[1].script:1:"),
  ])
  func pipelinesAreCheckedBeforeTheyAreSaved(stage: PipelineStage, member: String, part: String) async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", "options = { channel = { type = 'string' } }, filter = function() return true end")
    try fixture.write(
      "source/plugin.lua", "return { name = 'source', version = '1', summary = 's', kind = 'source', receive = function() return {} end }")
    let pipelines = ScriptPipelines(runtime: fixture.runtime, plugins: await started(fixture.live()))
    let good = PipelineStage.plugin("demo", ["channel": "x"])
    try await pipelines.check([good])
    do throws(PipelineError) {
      try await pipelines.check([good, stage])
      Issue.record("it was not refused")
    } catch {
      #expect(error.stage == 1 && error.member == member && error.message.hasPrefix(part), "\(error.member): \(error.message)")
    }
  }

  @Test func optionsThatANewVersionDoesNotTakeFailTheAttempt() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", "options = { channel = { type = 'string' } }, filter = function() return true end")
    let live = await started(fixture.live())
    let stage = PipelineStage.plugin("demo", ["channel": "x"])
    #expect(try await run(fixture, live, stage).summary == "untouched")
    try fixture.writePlugin("demo", "options = { channel = { type = 'integer' } }, filter = function() return true end")
    for _ in 0..<2 { await live.look() }
    #expect(try await run(fixture, live, stage).summary == "failed: plugin demo: options.channel: expected a whole number, got \"x\"")
  }
}
