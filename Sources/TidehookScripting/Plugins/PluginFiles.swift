// The content of a plugin: every text that it may load, as one immutable value.

public import TidehookCore
import TidehookSigning

/// All that a plugin may load: its own modules and, when one of them says `require`, the shared ones.
public struct PluginFiles: Sendable, Equatable {
  /// The plugin's name.
  public let name: String
  /// The texts by path below the plugin folder: `slack/plugin.lua`, `lib/cards.lua`.
  public let texts: [String: String]
  /// The texts as a JSON object, sorted by path: what the store keeps.
  public let content: [UInt8]
  /// SHA-256 of ``content``, in hex.
  public let digest: String

  /// The file that makes a folder a plugin.
  public static let mainFile = "plugin.lua"

  /// Takes a plugin's texts.
  /// - Throws: a problem, when the main file is missing.
  public init(name: String, texts: [String: String]) throws(PluginProblem) {
    guard texts["\(name)/\(Self.mainFile)"] != nil else { throw PluginProblem("\(name)/\(Self.mainFile) is missing") }
    self.name = name
    self.texts = texts
    content = Self.json(of: texts)
    digest = try Self.digest(of: content)
  }

  /// Reads a content back that the store kept.
  public init(_ revision: PluginRevision) throws(PluginProblem) {
    guard let value = try? JSONValue(parsing: revision.content), let members = value.members else {
      throw PluginProblem("revision \(revision.version.revision) of \(revision.version.name) cannot be read back")
    }
    let texts = members.compactMap { member in member.value.stringValue.map { (member.key, $0) } }
    try self.init(name: revision.version.name, texts: Dictionary(texts) { $1 })
  }

  /// The main file's text.
  var main: String { texts["\(name)/\(Self.mainFile)"] ?? "" }

  /// Everything but the main file, as `require` knows it.
  var modules: [ScriptModule] {
    texts.filter { $0.key != "\(name)/\(Self.mainFile)" }.sorted { $0.key < $1.key }.map { path, text in
      ScriptModule(name: Self.moduleName(of: path), chunk: path, source: text)
    }
  }

  /// `slack/blocks.lua` is `slack.blocks`.
  private static func moduleName(of path: String) -> String {
    path.dropLast(4).split(separator: "/").joined(separator: ".")
  }

  private static func json(of texts: [String: String]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for (path, text) in texts.sorted(by: { $0.key < $1.key }) {
      writer.key(path)
      writer.string(text)
    }
    writer.endObject()
    return writer.bytes
  }

  private static func digest(of bytes: [UInt8]) throws(PluginProblem) -> String {
    do throws(SigningError) {
      return Hex.encode(try Digest.sha256(bytes))
    } catch {
      throw PluginProblem("the content cannot be hashed: \(error)")
    }
  }
}
