// Runs the cases that lie beside a plugin.

import TidehookCore

/// Runs `cases.json`: each case is one call of the plugin, under the limits of deliveries.
public struct PluginTester: Sendable {
  private let runtime: LuaRuntime

  /// The file with the cases.
  public static let file = "cases.json"

  /// Makes a tester that runs plugins on `runtime`.
  public init(runtime: LuaRuntime) {
    self.runtime = runtime
  }

  /// Loads a plugin and runs its cases.
  public func test(_ name: String, in folder: PluginFolder) async -> PluginTestReport {
    do throws(PluginProblem) {
      let plugin = try await LoadedPlugin.load(try folder.files(of: name), with: runtime)
      var results: [CaseResult] = []
      for test in try PluginCase.all(of: name, in: folder) { results.append(await run(test, with: plugin)) }
      return PluginTestReport(plugin: name, problem: nil, results: results)
    } catch {
      return PluginTestReport(plugin: name, problem: error.description, results: [])
    }
  }

  /// Runs one case.
  public func run(_ test: PluginCase, with plugin: LoadedPlugin) async -> CaseResult {
    if let problem = await optionsProblem(test, plugin) {
      return CaseResult(name: test.name, differences: test.expectation.differences(toOptionsError: problem), log: "", usage: ScriptUsage())
    }
    let result = await runtime.run(test.job(for: plugin))
    return CaseResult(
      name: test.name, differences: test.expectation.differences(to: result, of: test), log: result.log, usage: result.usage)
  }

  private func optionsProblem(_ test: PluginCase, _ plugin: LoadedPlugin) async -> String? {
    do throws(OptionError) {
      try await plugin.manifest.options.check(test.options, with: runtime)
      return nil
    } catch {
      return error.description
    }
  }
}
