// `tidehook plugins bench`: what a plugin costs for each event.

import ArgumentParser
import TidehookCore
import TidehookScripting

struct PluginsBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure what a plugin takes of the CPU and of memory for each event.",
    discussion: """
      Without --event, its own cases are measured. Example: tidehook plugins bench slack --event event.json --calls 10000
      """)

  @Argument(help: "A plugin by name or by its folder, or a .lua file.")
  var plugin: String

  @OptionGroup(title: "Events") var trial: TrialEventOptions

  @Option(help: ArgumentHelp("The plugin's options: a JSON object, or @ and the file that holds one.", valueName: "json"))
  var options: String?

  @Option(help: ArgumentHelp("How many calls are measured for each event; a tenth as many go before, to warm up.", valueName: "count"))
  var calls = 2000

  @OptionGroup var location: PluginFolderOption
  @OptionGroup(title: "Server") var client: ClientOptions

  func validate() throws {
    guard (1...10_000_000).contains(calls) else { throw ValidationError("--calls is 1 to 10000000.") }
    if options != nil && trial.isEmpty { throw ValidationError("--options needs events: without any, the cases have their own.") }
  }

  func run() async throws {
    let rows = trial.isEmpty && !plugin.hasSuffix(".lua") ? try await measureCases() : try await measureEvents()
    guard client.json else { return CostRow.write(rows, of: plugin, to: Terminal.standardOutput) }
    let answer: JSONValue = ["plugin": .string(plugin), "calls": .integer(Int64(calls)), "events": .array(rows.map(\.json))]
    Terminal.standardOutput.writeLine(answer.bytes)
  }

  private func measureCases() async throws(CommandFailure) -> [CostRow] {
    let target = try PluginTarget.one(plugin, in: location)
    let cost = await PluginBench(runtime: LuaRuntime(threads: 1)).measure(target.name, in: target.folder, runs: calls)
    if let problem = cost.problem { throw CommandFailure(.refused, "\(target.name): \(problem)") }
    guard !cost.cases.isEmpty else {
      throw CommandFailure(.usage, "\(target.name) has no case that could be measured; name an event with --event")
    }
    return cost.cases.map { CostRow(name: $0.name, cpu: $0.cpuTime, memoryBytes: $0.memoryBytes, instructions: $0.instructions) }
  }

  private func measureEvents() async throws(CommandFailure) -> [CostRow] {
    let events = trial.isEmpty ? [try TrialEvent.sample()] : try await trial.read(from: client.client)
    let options = try options.map { text throws(CommandFailure) in try PluginOptionsText.value(of: text) } ?? [:]
    let pipeline = try await TrialPipeline(stages: [try TrialStage(plugin, options: options, in: location)], location: location)
    var rows: [CostRow] = []
    for event in events { rows.append(try await measure(event, pipeline)) }
    return rows
  }

  private func measure(_ event: Event, _ pipeline: TrialPipeline) async throws(CommandFailure) -> CostRow {
    for _ in 0..<calls / 10 { _ = await pipeline.trace(event) }
    var usages: [ScriptUsage] = []
    for _ in 0..<calls {
      guard let stage = await pipeline.trace(event).stages.first else { continue }
      if case .failed(let message, _, _) = stage.decision {
        throw CommandFailure(.refused, "the plugin fails, so there is nothing to measure: \(SafeText.line(message))")
      }
      usages.append(stage.usage)
    }
    guard let last = usages.last else { throw CommandFailure(.refused, "nothing ran") }
    return CostRow(
      name: event.id.rawValue, cpu: usages.map(\.cpuTime).sorted()[usages.count / 2],
      memoryBytes: usages.reduce(0) { max($0, $1.memoryBytes) }, instructions: last.instructions)
  }
}

/// What one event costs.
struct CostRow {
  /// The event's id, or the case's name.
  let name: String
  /// The median CPU time of a call, JSON in both directions included.
  let cpu: Duration
  /// The most memory that a call held.
  let memoryBytes: Int
  /// Instructions and library steps of a call.
  let instructions: Int

  /// The row for programs.
  var json: JSONValue {
    [
      "name": .string(name), "cpu_us": .double((cpu.inMicroseconds * 1000).rounded() / 1000), "memory_bytes": .integer(Int64(memoryBytes)),
      "instructions": .integer(Int64(instructions)),
    ]
  }

  /// Writes rows for people.
  static func write(_ rows: [CostRow], of plugin: String, to terminal: Terminal) {
    var table = Table(["CPU", "MEMORY", "INSTRUCTIONS", "EVENT"], fixed: [0, 1, 2])
    for row in rows {
      table.add(
        .init("\(Decimals.text(row.cpu.inMicroseconds, places: 1)) µs", .bold), .init("\(row.memoryBytes) bytes"),
        .init("\(row.instructions)"), .init(row.name))
    }
    table.write(to: terminal)
    let mean = rows.reduce(0) { $0 + $1.cpu.inMicroseconds } / Double(max(1, rows.count))
    let most = rows.reduce(0) { max($0, $1.memoryBytes) }
    let noun = rows.count == 1 ? "event" : "events"
    terminal.write(
      "\n\(plugin): \(Decimals.text(mean, places: 1)) µs of CPU and at most \(most) bytes for each event (\(rows.count) \(noun))\n")
  }

}
