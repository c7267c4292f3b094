// What scripts cost by themselves, and what a thousand different ones cost a gateway.

import Dispatch
import Glibc
import Synchronization
import TidehookScripting

/// What the script scenario found.
struct ScriptOutcome {
  /// Calls of the Slack script, JSON read and written in each.
  var calls: Int
  /// CPU of the whole process per call, in microseconds.
  var cpuMicroseconds: Double
  /// Resident memory after a tenth of the calls, in bytes.
  var residentEarly: Int
  /// Resident memory after all of them, in bytes.
  var residentLate: Int
  /// Webhooks of one gateway, each with a script of its own.
  var webhooks: Int
  /// Deliveries to them.
  var deliveries: Int
  /// The most memory that this gateway had resident, in bytes.
  var webhooksPeakResident: Int
  /// How often so many scripts were run by turns on one thread.
  var turns: Int
  /// Scripts compiled meanwhile; as many as there are scripts when none was compiled twice.
  var compilations: Int
}

/// Calls scripts in this process, then delivers to a thousand webhooks of a real gateway.
struct ScriptScenario {
  private static let webhooks = 1000
  private static let turns = 20
  let settings: BenchSettings
  let loop: LoadLoop
  let folder: TemporaryFolder
  let receivers: [UInt16]

  /// Runs it to its end.
  func run() throws -> ScriptOutcome {
    let alone = try callSlackScript()
    let many = try deliverToMany()
    return ScriptOutcome(
      calls: settings.scriptCalls, cpuMicroseconds: alone.cpuMicroseconds, residentEarly: alone.early, residentLate: alone.late,
      webhooks: Self.webhooks, deliveries: Self.webhooks * Self.turns, webhooksPeakResident: many, turns: Self.turns,
      compilations: compileByTurns())
  }

  // MARK: In this process

  private func callSlackScript() throws -> (cpuMicroseconds: Double, early: Int, late: Int) {
    let runtime = LuaRuntime(threads: 1)
    defer { runtime.shutdown() }
    let script = ScriptSource(name: "script", source: Scenario.slackScript)
    let job = ScriptJob(script: script, event: Self.event, context: Self.context)
    let first = settings.scriptCalls / 10
    ScriptCalls(runtime).run(first) { _ in job }
    let early = try ChildProcess.kilobytes("VmRSS:", of: "self") * 1024
    let start = Monotonic.read(CLOCK_PROCESS_CPUTIME_ID)
    ScriptCalls(runtime).run(settings.scriptCalls - first) { _ in job }
    let used = Double(Monotonic.read(CLOCK_PROCESS_CPUTIME_ID) - start) / 1000
    return (used / Double(settings.scriptCalls - first), early, try ChildProcess.kilobytes("VmRSS:", of: "self") * 1024)
  }

  private func compileByTurns() -> Int {
    let runtime = LuaRuntime(threads: 1)
    defer { runtime.shutdown() }
    let jobs = (0..<Self.webhooks).map { index in
      ScriptJob(script: ScriptSource(name: "script", source: Self.script(index)), event: Self.event, context: Self.context)
    }
    ScriptCalls(runtime).run(Self.webhooks * Self.turns) { jobs[$0 % jobs.count] }
    return runtime.compilations
  }

  private static let event = Array(
    (#"{"id":"evt_abc123","event":"memory.created","timestamp":"2026-04-13T10:30:00Z","data":{"memory_id":"mem_xyz789","#
      + #""content":"We decided to use Redis for caching","tags":["architecture","caching"],"created_at":"2026-04-13T10:30:00Z"}}"#).utf8)
  private static let context = Array(
    (#"{"now":"2026-04-13T10:30:00.000Z","namespace":"bench","options":{},"webhook":{"id":"wh_0","name":"bench"},"#
      + #""delivery":{"id":"dlv_0","attempt":1}}"#).utf8)

  /// The Slack script with a constant of its own.
  private static func script(_ index: Int) -> String { "local number = \(index)\n" + Scenario.slackScript }

  // MARK: In a gateway

  /// Gives each of many webhooks events of its own namespace, and returns the gateway's peak of resident memory.
  private func deliverToMany() throws -> Int {
    let gateway = try Gateway.product(settings.binary, in: folder)
    defer { gateway.process.stop() }
    for index in 0..<Self.webhooks {
      let script = JSONText.string(Self.script(index))
      try gateway.addWebhook(port: receivers[index % receivers.count], members: #","namespace":"bench-\#(index)","script":\#(script)"#)
    }
    let turn = (0..<Self.webhooks).map { index in
      #"{"event":"memory.created","namespace":"bench-\#(index)","data":{"content":"Redis","tags":["architecture"]}}"#
    }
    let client = ControlClient(port: gateway.port, key: gateway.key)
    for _ in 0..<Self.turns {
      let answer = try client.call("POST", "/v1/events/batch", body: "[\(turn.joined(separator: ","))]")
      guard answer.status == 202 else { throw BenchError("a batch was answered \(answer.status): \(answer.body)") }
      try loop.idle(seconds: 0.2)
    }
    try gateway.settle(loop)
    for state in ["pending", "retrying", "dead", "filtered"] {
      let answer = try client.call("GET", "/v1/deliveries?state=\(state)&limit=1")
      guard !answer.body.contains("dlv_") else { throw BenchError("a delivery to the many webhooks is \(state): \(answer.body)") }
    }
    return try gateway.process.peakResidentBytes()
  }
}

/// Keeps one script thread busy: each call that ends starts the next.
private final class ScriptCalls: Sendable {
  /// Calls under way or queued at once.
  private static let width = 64
  private let runtime: LuaRuntime
  private let started = Atomic(0)
  private let ended = Atomic(0)
  private let done = DispatchSemaphore(value: 0)

  init(_ runtime: LuaRuntime) {
    self.runtime = runtime
  }

  /// Makes so many calls and returns when the last has ended.
  func run(_ count: Int, job: @escaping @Sendable (Int) -> ScriptJob) {
    for _ in 0..<min(Self.width, count) { startNext(count, job) }
    done.wait()
  }

  private func startNext(_ count: Int, _ job: @escaping @Sendable (Int) -> ScriptJob) {
    let index = started.wrappingAdd(1, ordering: .relaxed).oldValue
    guard index < count else { return }
    runtime.run(job(index)) { result in
      if case .failed(let error) = result.verdict { fatalError("the benchmark's script failed: \(error)") }
      self.startNext(count, job)
      if self.ended.add(1, ordering: .relaxed).newValue == count { self.done.signal() }
    }
  }
}
