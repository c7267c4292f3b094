// `tidehook plugins copy`: a shipped plugin as a starting point of one's own.

import ArgumentParser
import TidehookCore
import TidehookScripting

struct PluginsCopy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "copy", abstract: "Copy a shipped plugin into the plugin folder, to change it there.",
    discussion: "In the plugin folder it replaces the shipped one of the same name. Example: tidehook plugins copy slack")

  @Argument(help: "The shipped plugin's name.")
  var name: String

  @OptionGroup var location: PluginFolderOption

  func run() throws {
    let shipped = PluginFolder.shipped
    guard try PluginTarget.all(in: shipped).contains(where: { $0.name == name }) else {
      throw CommandFailure(.usage, "no plugin \(SafeText.line(name)) is shipped; `tidehook plugins list` shows those that are")
    }
    let files = try PluginTarget.reading { () throws(PluginProblem) in
      var files: [(name: String, bytes: [UInt8])] = []
      for file in try shipped.fileNames(of: name) {
        if let text = try shipped.text(file, of: name) { files.append((file, Array(text.utf8))) }
      }
      return files
    }
    let folder = NewFolder(parent: location.folder, name: name)
    try folder.write(files)
    let shared = try PluginTarget.reading { () throws(PluginProblem) in try shipped.files(of: name).texts }
      .filter { $0.key.hasPrefix(PluginName.sharedFolder + "/") }
    try folder.writeMissing(beside: shared.map { ($0.key, Array($0.value.utf8)) })
    Terminal.standardOutput.write("made \(folder.path), which replaces the shipped plugin of that name\n")
  }
}
