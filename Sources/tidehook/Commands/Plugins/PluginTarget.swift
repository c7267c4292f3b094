// Finds the plugins that a command is told of: by folder, by the folder they are in, or by name.

import Glibc
import TidehookCore
import TidehookScripting

/// A plugin that need not load, and where it is.
struct PluginTarget {
  /// The folder of plugins that holds it.
  let folder: PluginFolder
  /// Its name.
  let name: String
  /// What people call the place of one of its files.
  func path(of file: String) -> String { isShipped ? "\(name)/\(file) (shipped)" : "\(folder.path)/\(name)/\(file)" }

  /// Whether it is one of those inside the binary.
  var isShipped: Bool { folder.path == PluginFolder.shipped.path }

  /// The plugins that arguments mean; all of the plugin folder when there are none.
  static func find(_ arguments: [String], in location: PluginFolderOption) throws(CommandFailure) -> [PluginTarget] {
    guard arguments.isEmpty else {
      var targets: [PluginTarget] = []
      for argument in arguments { targets += try find(argument, in: location) }
      return targets
    }
    let targets = try all(in: PluginFolder(path: location.folder))
    guard !targets.isEmpty else {
      throw CommandFailure(
        .usage, "\(location.folder) holds no plugins; name a folder, or make a plugin with `tidehook plugins new NAME`")
    }
    return targets
  }

  /// One plugin, by name or by its folder.
  static func one(_ argument: String, in location: PluginFolderOption) throws(CommandFailure) -> PluginTarget {
    let targets = try find(argument, in: location)
    guard targets.count == 1 else { throw CommandFailure(.usage, "\(argument) holds \(targets.count) plugins; name one") }
    return targets[0]
  }

  /// Every plugin of a folder.
  static func all(in folder: PluginFolder) throws(CommandFailure) -> [PluginTarget] {
    try reading { () throws(PluginProblem) in try folder.names().map { PluginTarget(folder: folder, name: $0) } }
  }

  /// Reads from plugin folders; what is wrong there is the user's to know.
  static func reading<Value>(_ body: () throws(PluginProblem) -> Value) throws(CommandFailure) -> Value {
    do throws(PluginProblem) {
      return try body()
    } catch {
      throw CommandFailure(.usage, error.description)
    }
  }

  /// A plugin of the plugin folder, else a path, else a shipped plugin: what is in front of the user comes before what is not.
  private static func find(_ argument: String, in location: PluginFolderOption) throws(CommandFailure) -> [PluginTarget] {
    if let own = try named(argument, in: PluginFolder(path: location.folder)) { return [own] }
    if access(argument, F_OK) == 0 {
      let found = try reading { () throws(PluginProblem) in try PluginFolder.locate(argument) }
      return found.names.map { PluginTarget(folder: found.folder, name: $0) }
    }
    if let shipped = try named(argument, in: .shipped) { return [shipped] }
    throw CommandFailure(
      .usage, "there is no plugin \(SafeText.line(argument)), neither in \(location.folder) nor shipped, and no such folder")
  }

  private static func named(_ name: String, in folder: PluginFolder) throws(CommandFailure) -> PluginTarget? {
    PluginName.isValid(name) ? try all(in: folder).first { $0.name == name } : nil
  }
}
