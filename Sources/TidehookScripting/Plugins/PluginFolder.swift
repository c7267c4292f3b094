// A folder of plugins, on disk or inside the binary: what it holds, as texts.

import Glibc
import ShippedPlugins
import TidehookCore

/// A place that plugins are read from.
public struct PluginFolder: Sendable {
  /// What messages call it: the path, or `shipped plugins`.
  public let path: String
  private let isShipped: Bool

  /// The largest file that is read, in bytes; a script that may run is far smaller.
  private static let fileBytes = 1 << 20
  /// The most modules that a plugin may load, its own and the shared ones.
  private static let maximumModules = 128

  /// The plugins inside the binary.
  public static let shipped = PluginFolder(path: "shipped plugins", isShipped: true)

  /// A folder on disk; it need not exist.
  public init(path: String) {
    self.init(path: path, isShipped: false)
  }

  private init(path: String, isShipped: Bool) {
    self.path = path
    self.isShipped = isShipped
  }

  /// Finds what a path on the command line means: a plugin's own folder, or a folder of plugins.
  /// - Returns: the folder of plugins, and the plugins that are meant.
  public static func locate(_ path: String) throws(PluginProblem) -> (folder: PluginFolder, names: [String]) {
    guard let real = FileAccess.realPath(path) else { throw PluginProblem("\(path): \(FileAccess.lastError)") }
    guard FileAccess.isFile("\(real)/\(PluginFiles.mainFile)"), let slash = real.lastIndex(of: "/") else {
      let folder = PluginFolder(path: path)
      let names = try folder.names()
      guard !names.isEmpty else { throw PluginProblem("\(path) holds neither plugin.lua nor folders with one") }
      return (folder, names)
    }
    let name = String(real[real.index(after: slash)...])
    return (PluginFolder(path: slash == real.startIndex ? "/" : String(real[..<slash])), [name])
  }

  /// The names of the folders that have a `plugin.lua`, sorted; none when the folder is not there.
  public func names() throws(PluginProblem) -> [String] {
    if isShipped { return Self.shippedFiles.filter { $0.value[PluginFiles.mainFile] != nil }.keys.sorted() }
    return try FileAccess.list(path)?.filter { !$0.hasPrefix(".") && FileAccess.isFile("\(path)/\($0)/\(PluginFiles.mainFile)") }.sorted()
      ?? []
  }

  /// Reads a plugin's content.
  public func files(of name: String) throws(PluginProblem) -> PluginFiles {
    guard PluginName.isValid(name) else { throw PluginProblem("the folder's name must be \(PluginName.expectation)") }
    var texts = try modules(in: name)
    if texts.values.contains(where: { $0.contains("require") }) {
      texts.merge(try modules(in: PluginName.sharedFolder)) { own, _ in own }
    }
    guard texts.count <= Self.maximumModules else {
      throw PluginProblem("\(texts.count) modules are more than \(Self.maximumModules)")
    }
    return try PluginFiles(name: name, texts: texts)
  }

  /// Reads another file of a plugin, `cases.json` or `README.md`; `nil` when there is none.
  public func text(_ file: String, of name: String) throws(PluginProblem) -> String? {
    if isShipped { return Self.shippedFiles[name]?[file] }
    return try FileAccess.read("\(path)/\(name)/\(file)", called: "\(name)/\(file)", upTo: Self.fileBytes)
  }

  /// The files of a plugin's folder, sorted.
  public func fileNames(of name: String) throws(PluginProblem) -> [String] {
    if isShipped { return Self.shippedFiles[name].map { $0.keys.sorted() } ?? [] }
    return try FileAccess.list("\(path)/\(name)")?.sorted() ?? []
  }

  private func modules(in name: String) throws(PluginProblem) -> [String: String] {
    var texts: [String: String] = [:]
    for file in try fileNames(of: name) where PluginName.isModuleFile(file) {
      texts["\(name)/\(file)"] = try text(file, of: name)
    }
    return texts
  }

  /// By folder and file.
  private static let shippedFiles: [String: [String: String]] = {
    var folders: [String: [String: String]] = [:]
    var entry = UnsafePointer(shipped_list())
    while let file = entry?.pointee, let path = file.path {
      let parts = String(cString: path).split(separator: "/", maxSplits: 1)
      let text = UnsafeRawBufferPointer(start: file.text, count: file.len)
      folders[String(parts[0]), default: [:]][String(parts[1])] = String(decoding: text, as: UTF8.self)
      entry = entry?.advanced(by: 1)
    }
    return folders
  }()
}
