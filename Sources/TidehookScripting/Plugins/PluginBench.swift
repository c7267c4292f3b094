// Measures what a plugin costs.

import TidehookCore

/// What one case costs.
public struct CaseCost: Sendable {
  /// The case's name.
  public let name: String
  /// How often it ran.
  public let runs: Int
  /// CPU time of one call, JSON in both directions included: the median of all runs.
  public let cpuTime: Duration
  /// The most memory that one call held, in bytes.
  public let memoryBytes: Int
  /// Instructions and library steps of one call.
  public let instructions: Int
}

/// What a plugin costs.
public struct PluginCost: Sendable {
  /// The plugin's name.
  public let plugin: String
  /// Why nothing was measured; `nil` when it was.
  public let problem: String?
  /// Each case that neither fails nor has its options refused.
  public let cases: [CaseCost]
}

/// Measures plugins with their cases.
public struct PluginBench: Sendable {
  private let runtime: LuaRuntime

  /// Makes a bench that runs plugins on `runtime`.
  public init(runtime: LuaRuntime) {
    self.runtime = runtime
  }

  /// Runs every case of a plugin `runs` times, after a tenth as many that do not count.
  public func measure(_ name: String, in folder: PluginFolder, runs: Int = 2000) async -> PluginCost {
    do throws(PluginProblem) {
      let plugin = try await LoadedPlugin.load(try folder.files(of: name), with: runtime)
      var costs: [CaseCost] = []
      for test in try PluginCase.all(of: name, in: folder) {
        if let cost = await measure(test, with: plugin, runs: max(1, runs)) { costs.append(cost) }
      }
      return PluginCost(plugin: name, problem: nil, cases: costs)
    } catch {
      return PluginCost(plugin: name, problem: error.description, cases: [])
    }
  }

  private func measure(_ test: PluginCase, with plugin: LoadedPlugin, runs: Int) async -> CaseCost? {
    guard (try? plugin.manifest.options.checkValues(test.options)) != nil else { return nil }
    let job = test.job(for: plugin)
    for _ in 0..<runs / 10 { _ = await runtime.run(job) }
    var usages: [ScriptUsage] = []
    for _ in 0..<runs {
      let result = await runtime.run(job)
      if case .failed = result.verdict { return nil }
      usages.append(result.usage)
    }
    return CaseCost(
      name: test.name, runs: runs, cpuTime: usages.map(\.cpuTime).sorted()[runs / 2], memoryBytes: usages.map(\.memoryBytes).max() ?? 0,
      instructions: usages[runs / 2].instructions)
  }
}
