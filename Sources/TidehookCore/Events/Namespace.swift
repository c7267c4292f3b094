// The one scoping concept: REM's namespace, Mem0's project, a tenant.

/// A namespace: 1 to 256 bytes of UTF-8 without control characters.
public struct Namespace: Sendable, Hashable, CustomStringConvertible {
  /// The name.
  public let name: String

  /// Where events go that name no namespace.
  public static let `default` = Namespace(stored: "default")

  /// Where Tidehook publishes its own events; a webhook gets them only when it names this namespace.
  public static let operational = Namespace(stored: "tidehook")

  /// Reads a name; `nil` when it is empty, too long, or has a control character.
  public init?(_ text: String) {
    guard (1...256).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
    self.name = text
  }

  /// Wraps a name that was accepted before, as the store reads it back.
  public init(stored name: String) {
    self.name = name
  }

  /// What ``init(_:)`` accepts, for error messages.
  public static let expectation = "1 to 256 bytes of text without control characters"

  /// The name.
  public var description: String { name }
}
