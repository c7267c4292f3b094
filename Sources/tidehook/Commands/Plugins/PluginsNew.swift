// `tidehook plugins new`: a folder to start from.

import ArgumentParser
import TidehookCore
import TidehookScripting

struct PluginsNew: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Make the folder of a new plugin: plugin.lua, README.md, and cases.json that pass.",
    discussion: "Example: tidehook plugins new team-updates && tidehook plugins test team-updates")

  @Argument(help: "The plugin's name: lower-case letters, digits and hyphens, a letter first.")
  var name: String

  @Option(help: "What it is: a stage of pipelines, or a source that turns requests into events.")
  var kind = PluginScaffold.Kind.stage

  @Option(name: .customLong("in"), help: ArgumentHelp("The folder to make it in (default: that of --plugins).", valueName: "folder"))
  var parent: String?

  @OptionGroup var location: PluginFolderOption

  func run() throws {
    guard PluginName.isValid(name) else {
      throw CommandFailure(.usage, "the name of a plugin is \(PluginName.expectation), not \(SafeText.line(name))")
    }
    guard try !PluginTarget.all(in: .shipped).contains(where: { $0.name == name }) else {
      throw CommandFailure(
        .refused,
        "the plugin \(name) is shipped, and a new one would replace it; choose another name, or `tidehook plugins copy \(name)` to change it"
      )
    }
    let folder = NewFolder(parent: parent ?? location.folder, name: name)
    try folder.write(PluginScaffold(name: name, kind: kind).files.map { ($0.name, Array($0.text.utf8)) })
    Terminal.standardOutput.write("made \(folder.path); try it with `tidehook plugins test \(folder.path)`\n")
  }
}

extension PluginScaffold.Kind: ExpressibleByArgument {}
