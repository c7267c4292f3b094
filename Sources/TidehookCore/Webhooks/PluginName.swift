// What plugins, their modules and their options may be called.

/// The rules of names below the plugin folder.
public enum PluginName {
  /// The folder of the modules that every plugin may load; no plugin can have this name.
  public static let sharedFolder = "lib"

  /// What ``isValid(_:)`` accepts, for error messages.
  public static let expectation = "a lower-case letter and at most 62 more letters, digits and -, other than lib"

  /// Whether a plugin may have this name, which is also that of its folder.
  public static func isValid(_ name: String) -> Bool {
    name != sharedFolder && isWord(name, joinedBy: "-", longest: 63)
  }

  /// Whether a file below a plugin's folder is a module of it: `plugin.lua`, `blocks.lua`.
  public static func isModuleFile(_ file: String) -> Bool {
    file.hasSuffix(".lua") && isWord(String(file.dropLast(4)), joinedBy: "_", longest: 63)
  }

  /// Whether an option may have this name.
  public static func isOption(_ name: String) -> Bool { isWord(name, joinedBy: "_", longest: 63) }

  private static func isWord(_ text: String, joinedBy joint: Character, longest: Int) -> Bool {
    guard let first = text.first, first.isASCII, first.isLowercase, text.utf8.count <= longest else { return false }
    return text.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == joint) }
  }
}
