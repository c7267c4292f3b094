import Testing
import TidehookCore
import TidehookScripting

@Suite struct HostileScriptTests {
  private static let slack = """
    function filter(event) return has_tag(event, "architecture") end
    function transform(event) return { text = event.data.content } end
    """
  private static let event = #"{"data":{"content":"hello","tags":["architecture"]}}"#
  /// Three times the product's time, as in Tests/sandbox/harness/harness.h: on a slow machine, too, the limit that is meant comes first.
  private static let limits = ScriptLimits(cpuTime: .milliseconds(150))

  @Test func theCorpusIsThere() {
    #expect(CorpusScript.hostile.count > 200)
    #expect(CorpusScript.isolation.count > 10)
  }

  @Test(arguments: CorpusScript.hostile)
  func endsWithinItsLimitAndDisturbsNobody(script: CorpusScript) async throws {
    let fixture = Fixture(limits: Self.limits)
    let result = await script.run(in: fixture, event: Self.event)
    let error = try #require(result.error)
    let limits = ["instructions", "cpu_time", "memory", "output"]
    #expect(error.code.rawValue == script.code || (script.code == "limit" && limits.contains(error.code.rawValue)))
    #expect(error.message.contains(script.words))
    #expect(result.usage.cpuTime < .seconds(2))
    let next = await fixture.run(Self.slack, event: Self.event)
    #expect(next.summary == #"{"text":"hello"}"#)
  }

  @Test(arguments: CorpusScript.isolation)
  func leavesNothingForLaterCalls(script: CorpusScript) async {
    let fixture = Fixture(limits: Self.limits)
    let first = await script.run(in: fixture, event: Self.event).summary
    #expect(first.contains(script.words))
    for _ in 0..<2 {
      #expect(await script.run(in: fixture, event: Self.event).summary == first)
      #expect(await fixture.run(Self.slack, event: Self.event).summary == #"{"text":"hello"}"#)
    }
  }

  @Test func aStackThatOneCallLeftLargeDoesNotSlowTheNext() async {
    let fixture = Fixture()
    _ = await fixture.run("local function f(n) return n == 0 and 0 or 1 + f(n - 1) end function transform() return {f(2500)} end")
    let chain = """
      local f = function() end
      for i = 1, 9000 do f = setmetatable({}, {__call = f}) end
      function transform() while true do pcall(f) end end
      """
    let result = await fixture.run(chain)
    #expect(result.error != nil)
    #expect(result.usage.cpuTime < .milliseconds(200))
  }

  @Test func aStuckScriptDoesNotHoldUpOthers() async {
    let fixture = Fixture(limits: ScriptLimits(instructions: .max, cpuTime: .milliseconds(200)), threads: 2)
    async let stuck = fixture.run("while true do end")
    for _ in 0..<50 {
      let result = await fixture.run(Self.slack, event: Self.event)
      #expect(result.summary == #"{"text":"hello"}"#)
    }
    #expect(await stuck.error?.code == .cpuTime)
  }

  @Test func theInstructionLimitIsReachedBeforeTheClock() async {
    let result = await Fixture(limits: ScriptLimits(cpuTime: .seconds(60))).run("while true do end")
    #expect(result.error?.code == .instructions)
    #expect(result.usage.instructions == 5_000_000)
  }
}
