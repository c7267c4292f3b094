// The admin key: given by the operator, or made once and kept in the data folder.

import Glibc
import SystemPackage
import TidehookSigning

/// Finds or makes the admin key.
enum AdminKey {
  /// What ``isAcceptable(_:)`` wants, for messages.
  static let expectation = "16 or more visible ASCII characters"

  /// Whether a text can serve as a key.
  static func isAcceptable(_ key: String) -> Bool {
    key.utf8.count >= 16 && key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  /// The key of a data folder: the operator's, else the one made before, else a new one, which is printed this once.
  static func resolve(given: String?, dataFolder: String) throws -> String {
    if let given { return given }
    let path = dataFolder + "/admin.key"
    if let kept = try read(path) {
      guard isAcceptable(kept) else { throw SettingError(description: "\(path) must hold \(expectation); delete it to get a new key") }
      return kept
    }
    let key = "thk_" + Hex.encode(try SecureRandom.bytes(count: 24))
    try write(key, to: path)
    Terminal.standardError.write("admin key, kept in \(path): \(key)\n")
    return key
  }

  private static func read(_ path: String) throws -> String? {
    guard let file = try? FileDescriptor.open(FilePath(path), .readOnly) else { return nil }
    defer { try? file.close() }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
    return String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
  }

  private static func write(_ key: String, to path: String) throws {
    let file = try FileDescriptor.open(FilePath(path), .writeOnly, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite])
    defer { try? file.close() }
    try file.writeAll(Array((key + "\n").utf8))
  }
}
