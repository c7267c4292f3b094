import Synchronization
import Testing
import TidehookCore
import TidehookScripting

/// A webhook whose script uses all it may get, again and again, must not make others wait.
@Suite struct FairnessTests {
  private static let stuck = ScriptSource(name: "stuck", source: "while true do end")
  private static let quick = "function filter() return true end"

  /// Who was done, in order.
  private final class Finishes: Sendable {
    private let names = Mutex<[String]>([])

    func add(_ name: String) { names.withLock { $0.append(name) } }
    var all: [String] { names.withLock { $0 } }
  }

  private func push(_ count: Int, _ script: ScriptSource, to runtime: LuaRuntime, _ finishes: Finishes) {
    for _ in 0..<count { runtime.run(ScriptJob(script: script, event: Array("{}".utf8))) { _ in finishes.add(script.name) } }
  }

  @Test(arguments: [1, 2, 3])
  func othersWaitForFewOfAStuckScriptsCalls(threads: Int) {
    let runtime = LuaRuntime(threads: threads, limits: ScriptLimits(instructions: 2_000_000, cpuTime: .seconds(60)))
    let finishes = Finishes()
    push(64, Self.stuck, to: runtime, finishes)
    for name in ["a", "b", "c"] { push(1, ScriptSource(name: name, source: Self.quick), to: runtime, finishes) }
    runtime.shutdown()
    let order = finishes.all
    #expect(order.count == 67)
    for name in ["a", "b", "c"] {
      // With one thread a stuck call may be before each of them; the one that was under way counts too.
      #expect(order.firstIndex(of: name).map { $0 <= 7 } == true)
    }
  }

  @Test(arguments: [2, 3, 4])
  func othersDoNotWaitForManyStuckScripts(threads: Int) {
    let runtime = LuaRuntime(threads: threads, limits: ScriptLimits(instructions: 2_000_000, cpuTime: .seconds(60)))
    let finishes = Finishes()
    for number in 0..<8 { push(8, ScriptSource(name: "stuck \(number)", source: Self.stuck.source), to: runtime, finishes) }
    push(100, ScriptSource(name: "quick", source: Self.quick), to: runtime, finishes)
    runtime.shutdown()
    // What a script takes is known after its first call.
    let stuckBefore = finishes.all.lastIndex(of: "quick").map { $0 - 99 }
    #expect(stuckBefore.map { $0 <= 8 + threads } == true)
  }

  @Test func stagesOfOneWebhookShareALane() {
    let first = ScriptSource(name: "first", source: "")
    #expect(ScriptSource(name: "second", source: "", lane: first.lane).lane == first.lane)
    #expect(ScriptSource(name: "other", source: "").lane != first.lane)
  }

  @Test func theOrderWithinALaneIsKept() {
    let runtime = LuaRuntime(threads: 2)
    let order = Mutex<[Int]>([])
    let script = ScriptSource(name: "s", source: Self.quick)
    for number in 0..<500 {
      runtime.run(ScriptJob(script: script, event: Array("{}".utf8))) { _ in order.withLock { $0.append(number) } }
    }
    runtime.shutdown()
    #expect(order.withLock { $0 } == Array(0..<500))
  }
}
