import Testing
import TidehookCore
import TidehookScripting

@Suite struct BatchPipelineTests {
  /// So many deliveries whose data is `{"n":0}`, `{"n":1}`, ….
  private static func batch(_ count: Int) -> DeliveryBatch {
    let members = (0..<count).map { number in
      let delivery = Samples.delivery(#"{"n":\#(number)}"#)
      return DeliveryBatch.Member(id: DeliveryID(TimeOrderedID(key: Int64(number), entropy: 1)), event: delivery.event)
    }
    return DeliveryBatch(id: BatchID(TimeOrderedID(key: 0, entropy: 7)), members: members)
  }

  private static func envelope(_ number: Int) -> String {
    #"{"id":"evt_1","event":"memory.created","timestamp":"2026-01-01T00:00:00.000Z","data":{"n":\#(number)}}"#
  }

  private func run(_ fixture: PluginFixture, _ stages: [PipelineStage], count: Int = 3) async throws -> BatchPipelineResult {
    let pipelines = ScriptPipelines(runtime: fixture.runtime, plugins: await started(fixture.live()))
    return await pipelines.run(try Samples.webhook(stages), on: Self.batch(count), of: Samples.delivery(), at: Samples.now)
  }

  private func run(_ stages: PipelineStage..., count: Int = 3) async throws -> BatchPipelineResult {
    try await run(try PluginFixture(), stages, count: count)
  }

  private func collect(_ stages: PipelineStage..., data: String = #"{"n":1}"#) async throws -> String {
    let fixture = try PluginFixture()
    let pipelines = ScriptPipelines(runtime: fixture.runtime, plugins: await started(fixture.live()))
    return await pipelines.collect(try Samples.webhook(stages), Samples.delivery(data), at: Samples.now).summary
  }

  @Test func withoutStagesTheBodyIsTheArrayOfTheEnvelopes() async throws {
    #expect(try await run().result.summary == "[\(Self.envelope(0)),\(Self.envelope(1)),\(Self.envelope(2))]")
    #expect(try await run(count: 1).result.summary == "[\(Self.envelope(0))]")
  }

  @Test func withoutTransformBatchItIsTheArrayOfWhatTheStagesMade() async throws {
    let result = try await run(
      .script("function filter(e) return e.data.n ~= 1, 'one' end function transform(e) return { m = e.data.n } end"),
      .script("function transform(e) if e.m == 0 then return 'text' end return e end"))
    #expect(result.result.summary == #"["text",{"m":2}]"#)
    #expect(result.dropped == [1: PipelineDrop("pipeline[0].script: one", by: DroppingStage(index: 0, name: "pipeline[0].script"))])
  }

  @Test func transformBatchIsCalledOnceWithThoseThatTheFilterLetsPass() async throws {
    let result = try await run(
      .script(
        """
        function filter(e) return e.data.n > 0 end
        function transform(e) error("not in a batch") end
        function transform_batch(events, ctx)
          print("called")
          local ns = events[1].data.n .. "," .. events[2].data.n .. " of " .. #events
          return ns .. " in " .. ctx.batch.id .. " of " .. ctx.batch.count .. ", first " .. ctx.event[1].data.n,
            { headers = { ["X-A"] = "b" } }
        end
        """))
    #expect(result.result.summary == "1,2 of 2 in \(Self.batch(1).id) of 3, first 1")
    guard case .send(_, let overrides) = result.result.verdict else { return }
    #expect(overrides.headers == [HeaderField("X-A", "b")])
    #expect(result.result.log == "called\n")
    #expect(result.dropped == [0: PipelineDrop("filter returned false", by: DroppingStage(index: 0, name: "script"))])
  }

  @Test func stagesBeforeRunForEachEventAndThoseBehindForTheBody() async throws {
    let result = try await run(
      .script("function transform(e) return { m = e.data.n * 10 } end"),
      .script("function transform_batch(es, ctx) return { sum = es[1].m + es[2].m + es[3].m + ctx.event[3].data.n } end"),
      .script("function transform(e, ctx) return { inner = e, events = #ctx.event } end"))
    #expect(result.result.summary == #"{"events":3,"inner":{"sum":32}}"# || result.result.summary == #"{"inner":{"sum":32},"events":3}"#)
  }

  @Test func aScriptThatOnlySpeaksOfTransformBatchRunsForEachEvent() async throws {
    let result = try await run(.script("-- no transform_batch here\nfunction transform(e) return e.data end"))
    #expect(result.result.summary == #"[{"n":0},{"n":1},{"n":2}]"#)
  }

  @Test func oneVerdictIsForAll() async throws {
    #expect(try await run(.script("function transform_batch() return nil, 'quiet' end")).result.summary == "dropped: quiet")
    #expect(
      try await run(.script("function transform_batch() return nil end")).result.summary == "dropped: transform_batch returned nothing")
    #expect(
      try await run(.script("function transform_batch() return 7 end")).result.summary.contains(
        "transform_batch must return a table or a string, not a number"))
    #expect(
      try await run(.script("function transform(e) return e.data.n.x.y end")).result.summary.hasPrefix("failed: script:1: attempt to index")
    )
    #expect(try await run(.script("function transform_batch(es) return 'text' end")).result.summary == "text")
    let none = try await run(.script("function filter() return false end"), count: 2)
    #expect(none.result.summary == "dropped: the pipeline dropped every event of the batch")
    #expect(none.dropped.count == 2)
  }

  @Test func anEventCannotChooseWhereItsBatchGoes() async throws {
    let result = try await run(.script("function transform(e) return e, { url = 'https://example.org/' } end"))
    #expect(result.result.summary == "failed: script: the request of a batch has one url and one method: set them in transform_batch")
    let quiet = try await run(.script("function transform(e) return e.data, { headers = { ['X-A'] = '1' } } end"), count: 1)
    #expect(quiet.result.summary == #"[{"n":0}]"#)
  }

  @Test func whatGrowsTooLargeFails() async throws {
    let result = try await run(.script("function transform(e) return { s = ('x'):rep(45000) } end"), count: 100)
    #expect(result.result.summary == "failed: script: the events of the batch grew to more than 4194304 bytes")
  }

  @Test func collectingRunsNothingBehindTheFilterOfTheBatchsStage() async throws {
    let gate = PipelineStage.script("function filter(e) return e.data.n == 1, 'no' end")
    let digest = PipelineStage.script(
      "function filter(e) return not e.data.late, 'late' end function transform_batch() error('too early') end")
    #expect(try await collect() == "untouched")
    #expect(try await collect(gate, digest) == "untouched")
    #expect(try await collect(gate, digest, data: #"{"n":2}"#) == "dropped: pipeline[0].script: no")
    #expect(try await collect(gate, digest, data: #"{"n":1,"late":true}"#) == "dropped: pipeline[1].script: late")
    #expect(try await collect(.script("function transform(e) return nil, 'empty' end")) == "dropped: empty")
    #expect(try await collect(.script("function filter(e) error('bad') end")).contains("bad"))
  }

  @Test func pluginsHaveTransformBatchAndJudgeItsAnswer() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin(
      "digest",
      """
      transform_batch = function(es, ctx) return { count = #es } end,
      response = function(res, ctx) return 'dead', #ctx.event .. ' of ' .. ctx.batch.count end
      """)
    let result = try await run(fixture, [.plugin("digest")])
    #expect(result.result.summary == #"{"count":3}"#)
    #expect(result.result.plugins == [PluginVersion(name: "digest", revision: 1)])
    let judge = try #require(result.result.judge)
    #expect(await judge.judge(ReceivedResponse(status: 500)).reason == "3 of 3")
  }

  @Test func aTraceOfOneShowsEachStage() async throws {
    let fixture = try PluginFixture()
    let pipelines = ScriptPipelines(runtime: fixture.runtime, plugins: await started(fixture.live()))
    let stages: [PipelineStage] = [
      .script("function filter() return true end"), .script("function filter() return true end function transform_batch(es) return es end"),
    ]
    let trace = await pipelines.traceBatch(try Samples.webhook(stages), on: Samples.delivery(#"{"n":0}"#), at: Samples.now)
    #expect(trace.stages.map(\.name) == ["pipeline[0].script", "pipeline[1].script"])
    #expect(trace.result.summary == "[\(Self.envelope(0))]")
  }
}
