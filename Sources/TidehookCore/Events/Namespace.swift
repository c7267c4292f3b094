// The one scoping concept: REM's namespace, Mem0's project, a tenant.

/// A namespace: 1 to 256 bytes of UTF-8 that show what they are.
public struct Namespace: Sendable, Hashable, CustomStringConvertible {
  /// The name.
  public let name: String

  /// Where events go that name no namespace.
  public static let `default` = Namespace(stored: "default")

  /// Where Tidehook publishes its own events; a webhook gets them only when it names this namespace.
  public static let operational = Namespace(stored: "tidehook")

  /// Reads a name; `nil` when it is empty, too long, or has a character that cannot be seen for what it is.
  public init?(_ text: String) {
    guard (1...256).contains(text.utf8.count) else { return nil }
    // Nearly every name is ASCII: nothing is looked up for it.
    guard text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) || text.unicodeScalars.allSatisfy(\.isPrintable) else { return nil }
    self.name = text
  }

  /// Wraps a name that was accepted before, as the store reads it back.
  public init(stored name: String) {
    self.name = name
  }

  /// What ``init(_:)`` accepts, for error messages.
  public static let expectation = "1 to 256 bytes of text without control characters and marks that turn the order of text around"

  /// The name.
  public var description: String { name }
}
