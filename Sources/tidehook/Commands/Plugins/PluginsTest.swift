// `tidehook plugins test`: runs the cases that stand beside the plugins.

import ArgumentParser
import Glibc
import TidehookCore
import TidehookScripting

struct PluginsTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run the cases.json of plugins; the exit status is 1 when a case fails.",
    discussion: "Example for CI: tidehook plugins test --junit report.xml")

  @Argument(help: "Plugins by name, their folders, or folders of plugins; all of the plugin folder when there is none.")
  var plugins: [String] = []

  @Flag(help: "Run again after every change of the files, until Ctrl-C.")
  var watch = false

  @Option(help: ArgumentHelp("Write a report in JUnit's XML to this file too; - prints it instead of the results.", valueName: "file"))
  var junit: String?

  @Flag(help: "Print the results by the Test Anything Protocol, version 14.")
  var tap = false

  @Flag(help: "Print the results as JSON.")
  var json = false

  @OptionGroup var location: PluginFolderOption

  func validate() throws {
    let printed = [json, tap, junit == "-"].count { $0 }
    if printed > 1 { throw ValidationError("Choose one of --json, --tap and --junit -.") }
  }

  func run() async throws {
    let runtime = LuaRuntime(threads: 1)
    guard watch else {
      let records = await PluginCases.run(try targets(), with: runtime)
      try report(records)
      if TestTally(records).failed > 0 { throw ExitCode(CommandFailure.Status.refused.rawValue) }
      return
    }
    for number in [SIGINT, SIGTERM] { signal(number) { _ in _exit(0) } }
    var watched = WatchedPlugins()
    while true {
      let targets = try targets()
      watched.remember(targets)
      try report(await PluginCases.run(targets, with: runtime))
      let changed = try await watched.nextChange { () throws(CommandFailure) in try self.targets() }
      Terminal.standardError.write("\nchanged: \(changed.map(SafeText.line).joined(separator: ", "))\n\n")
    }
  }

  private func targets() throws(CommandFailure) -> [PluginTarget] { try PluginTarget.find(plugins, in: location) }

  private func report(_ records: [TestRecord]) throws(CommandFailure) {
    let output = Terminal.standardOutput
    if junit == "-" { return output.write(JUnitReport.text(records)) }
    if let junit { try OutputFile.write(JUnitReport.text(records), to: junit) }
    if tap {
      output.write(TAPReport.text(records))
    } else if json {
      output.writeLine(TestReport.json(records).bytes)
    } else {
      TestReport.write(records, to: output)
    }
  }
}
