// `tidehook plugins check`: what is wrong with plugins, before any event.

import ArgumentParser
import TidehookCore
import TidehookScripting

struct PluginsCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compile plugins, check their manifests, and warn of globals that nothing defines and of options that nothing uses.",
    discussion: "The exit status is 1 when a plugin cannot be loaded; with --strict, also when there are warnings.")

  @Argument(help: "Plugins by name, their folders, or folders of plugins; all of the plugin folder when there is none.")
  var plugins: [String] = []

  @Flag(help: "Take warnings for errors.")
  var strict = false

  @Flag(help: "Print the findings as JSON.")
  var json = false

  @OptionGroup var location: PluginFolderOption

  func run() async throws {
    let check = PluginCheck(runtime: LuaRuntime(threads: 1))
    var findings: [Finding] = []
    let targets = try PluginTarget.find(plugins, in: location)
    for target in targets {
      let report = await check.check(target.name, in: target.folder)
      let found = Finding.all(of: report)
      if !json { Self.write(found, of: target, report) }
      findings += found
    }
    let errors = findings.count { $0.severity == .error }
    let warnings = findings.count - errors
    if json {
      let answer: JSONValue = [
        "plugins": .integer(Int64(targets.count)), "errors": .integer(Int64(errors)), "warnings": .integer(Int64(warnings)),
        "problems": .array(findings.map(\.json)),
      ]
      Terminal.standardOutput.writeLine(answer.bytes)
    }
    if errors > 0 || (strict && warnings > 0) { throw ExitCode(CommandFailure.Status.refused.rawValue) }
  }

  private static func write(_ findings: [Finding], of target: PluginTarget, _ report: PluginCheckReport) {
    let terminal = Terminal.standardOutput
    let version = report.manifest.map { " \(SafeText.line($0.version))" } ?? ""
    let state = findings.isEmpty ? terminal.styled("fine", .good) : "\(findings.count) \(findings.count == 1 ? "finding" : "findings")"
    terminal.write("\(terminal.styled(target.name, .bold))\(version)  \(state)\n")
    var texts = ScriptTexts()
    texts.add((try? target.folder.files(of: target.name).texts) ?? [:])
    for finding in findings {
      let style: Style = finding.severity == .error ? .bad : .waiting
      terminal.write("  \(terminal.styled(finding.severity.rawValue, style)) \(SafeText.line(finding.text))\n")
      guard let excerpt = texts.excerpt(of: finding.text, for: terminal) else { continue }
      terminal.write(excerpt.split(separator: "\n").map { "    \($0)\n" }.joined())
    }
  }
}

/// Something that a check found.
private struct Finding {
  /// How bad it is.
  enum Severity: String {
    case error
    case warning
  }

  let plugin: String
  let severity: Severity
  let file: String?
  let line: Int?
  let message: String

  /// What a report holds: one error, or any number of warnings.
  static func all(of report: PluginCheckReport) -> [Finding] {
    if let problem = report.problem {
      return [Finding(plugin: report.plugin, severity: .error, file: nil, line: nil, message: problem)]
    }
    return report.warnings.map {
      Finding(plugin: report.plugin, severity: .warning, file: $0.file, line: $0.line, message: $0.message)
    }
  }

  /// `slack/plugin.lua:3: message`
  var text: String {
    [file, line.map(String.init)].compactMap { $0 }.joined(separator: ":") + (file == nil ? "" : ": ") + message
  }

  var json: JSONValue {
    [
      "plugin": .string(plugin), "severity": .string(severity.rawValue), "file": file.map { .string($0) } ?? .null,
      "line": line.map { .integer(Int64($0)) } ?? .null, "message": .string(message),
    ]
  }
}
