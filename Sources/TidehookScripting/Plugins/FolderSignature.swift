// What tells that a folder's files changed, without reading them.

import Glibc
import TidehookCore

/// The modules of one folder as the file system knows them.
struct FolderSignature: Hashable, Sendable {
  /// One file: any write, and any other file under its name, changes it.
  struct File: Hashable, Sendable {
    let name: String
    let inode: UInt64
    let bytes: Int64
    let modifiedSeconds: Int
    let modifiedNanoseconds: Int
    let changedSeconds: Int
    let changedNanoseconds: Int
  }

  let files: [File]

  /// Whether the folder holds a plugin, or something that means to be one.
  var isPlugin: Bool { files.contains { $0.name == PluginFiles.mainFile } }
}

extension PluginFolder {
  /// The signatures of all folders that hold modules, by name; none when the plugin folder is not there.
  func signatures() throws(PluginProblem) -> [String: FolderSignature] {
    guard !FileAccess.isFile(path) else { throw PluginProblem("\(path) is no folder") }
    var found: [String: FolderSignature] = [:]
    for name in try FileAccess.list(path) ?? [] where !name.hasPrefix(".") {
      var files: [FolderSignature.File] = []
      for file in try FileAccess.list("\(path)/\(name)")?.sorted() ?? [] where PluginName.isModuleFile(file) {
        guard let status = FileAccess.status("\(path)/\(name)/\(file)") else { continue }
        files.append(FolderSignature.File(name: file, status))
      }
      if !files.isEmpty { found[name] = FolderSignature(files: files) }
    }
    return found
  }
}

extension FolderSignature.File {
  fileprivate init(name: String, _ status: stat) {
    self.name = name
    inode = UInt64(status.st_ino)
    bytes = Int64(status.st_size)
    modifiedSeconds = Int(status.st_mtim.tv_sec)
    modifiedNanoseconds = Int(status.st_mtim.tv_nsec)
    changedSeconds = Int(status.st_ctim.tv_sec)
    changedNanoseconds = Int(status.st_ctim.tv_nsec)
  }
}
