// The id of an event: made by Tidehook, or given by the producer and then taken as it is.

/// The id of an event: `evt_…`, or 1 to 128 characters of `A-Z a-z 0-9 _ : -` that the producer chose.
///
/// The full stop is refused because Standard Webhooks joins id, time and body with it (specification, "Webhook scheme").
public struct EventID: Sendable, Hashable, CustomStringConvertible {
  /// The id as text.
  public let rawValue: String

  /// Wraps a value that Tidehook made.
  public init(_ value: TimeOrderedID) {
    self.rawValue = "evt_" + value.text
  }

  /// Reads a producer's id; `nil` when it is empty, longer than 128 characters, or has another character.
  public init?(_ text: String) {
    guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
    self.rawValue = text
  }

  /// Wraps an id that was accepted before, as the store reads it back.
  public init(stored text: String) {
    self.rawValue = text
  }

  /// What ``init(_:)`` accepts, for error messages.
  public static let expectation = "1 to 128 characters of A-Z, a-z, 0-9, _, : and -"

  /// Ids that nothing new may have: `GET /v1/events/{id}` could not show it, since these words are calls of their own.
  public static let reserved = ["types", "paths", "stream"]

  /// Whether it is one of ``reserved``.
  public var isReserved: Bool { Self.reserved.contains(rawValue) }

  /// The id as text.
  public var description: String { rawValue }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
