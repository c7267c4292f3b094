// The README and the cases of the plugins that a gateway runs.

public import TidehookCore

extension LivePlugins: PluginDocuments {
  /// More of a README than this is not shown, in bytes.
  private static let readmeBytes = 256 << 10

  /// The README beside the newest content on disk; that of content which is refused, too.
  public func readme(of name: String) -> String? {
    guard let text = try? place(of: name)?.text("README.md", of: name) else { return nil }
    guard text.utf8.count > Self.readmeBytes else { return text }
    return String(decoding: text.utf8.prefix(Self.readmeBytes), as: UTF8.self)
  }

  /// Each case is one call under the limits of deliveries; nothing is sent or stored.
  public func casesReport(of name: String) async -> JSONValue? {
    guard let place = place(of: name) else { return nil }
    let report = await PluginTester(runtime: runtime).test(name, in: place)
    return report.json
  }

  /// Only names that a folder lists are read, so that a name cannot lead out of it.
  private func place(of name: String) -> PluginFolder? {
    places.first { place in (try? place.names().contains(name)) ?? false }
  }
}

extension PluginTestReport {
  fileprivate var json: JSONValue {
    ["name": .string(plugin), "problem": problem.map { .string($0) } ?? .null, "cases": .array(results.map(\.json))]
  }
}

extension CaseResult {
  fileprivate var json: JSONValue {
    [
      "name": .string(name), "passed": .bool(passed), "differences": .array(differences.map(\.json)), "log": .string(log),
      "instructions": .integer(Int64(usage.instructions)), "cpu_us": .integer(usage.cpuTime.microseconds),
      "memory_bytes": .integer(Int64(usage.memoryBytes)),
    ]
  }
}

extension CaseDifference {
  fileprivate var json: JSONValue {
    ["member": .string(member), "path": .string(path), "expected": expected ?? .null, "got": got ?? .null]
  }
}
