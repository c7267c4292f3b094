import Foundation
import TidehookCore
import TidehookScripting

/// One file of the corpora that the C harness runs under sanitizers too; Tests/sandbox/harness/harness.h tells its format.
struct CorpusScript: Sendable, CustomStringConvertible {
  let name: String
  /// What the first line expects: a code, and words of the message or of the body.
  let code: String
  let words: String
  /// `stage`, `response`, `receive` or `describe`.
  let entry: String
  let source: ScriptSource

  var description: String { name }

  /// Scripts that attack: each must fail.
  static let hostile = load("hostile")
  /// Scripts that try to leave something for later calls: each must succeed, always alike.
  static let isolation = load("isolation")

  /// Runs the script, with a fixed event, answer or request.
  func run(in fixture: Fixture, event: String) async -> ScriptResult {
    if entry == "describe" {
      do {
        return ScriptResult(verdict: .body(try await fixture.runtime.describe(source), isJSON: true, RequestOverrides()))
      } catch {
        return ScriptResult(verdict: .failed(error))
      }
    }
    let entries: [String: ScriptEntry] = ["response": .response, "receive": .receive]
    return await fixture.run(
      source, entry: entries[entry] ?? .stage, event: event, context: #"{"options":{}}"#,
      body: entry == "receive" ? Array(event.utf8) : nil)
  }

  private static func load(_ folder: String) -> [CorpusScript] {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "sandbox/\(folder)")
    let files = (try? FileManager.default.contentsOfDirectory(at: path, includingPropertiesForKeys: nil)) ?? []
    return files.filter { $0.pathExtension == "lua" }.sorted { $0.path < $1.path }.compactMap(Self.init)
  }

  private init?(_ file: URL) {
    guard let data = try? Data(contentsOf: file) else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    guard lines.count == 2 else { return nil }
    let expectation = lines[0].dropFirst("-- expect: ".count).split(separator: " ", maxSplits: 1)
    name = file.lastPathComponent
    code = expectation.first.map(String.init) ?? ""
    words = expectation.count > 1 ? String(expectation[1]) : ""
    let mark = "-- entry: "
    entry = lines[1].hasPrefix(mark) ? String(lines[1].dropFirst(mark.count).prefix { $0 != "\n" }) : "stage"
    let parts = lines[1].components(separatedBy: "\n-- module: ")
    let modules = parts.dropFirst().map { part in
      let halves = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      return ScriptModule(
        name: String(halves[0]), chunk: halves[0].split(separator: ".").joined(separator: "/") + ".lua", source: String(halves[1]))
    }
    source = ScriptSource(name: "script", source: parts[0], modules: modules.isEmpty && entry != "describe" ? nil : modules)
  }
}
