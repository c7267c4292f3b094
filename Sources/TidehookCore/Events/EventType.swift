// Types of events and the patterns that webhooks subscribe with.

/// What happened: `memory.created`. One to 256 characters of `A-Z a-z 0-9 _ - .`.
public struct EventType: Sendable, Hashable, CustomStringConvertible {
  /// The canonical, dotted name.
  public let name: String

  /// Reads a type as a producer or a subscriber writes it; Mem0's names become the canonical ones. `nil` when it is no type.
  public init?(_ text: String) {
    if let canonical = Self.aliases[text] {
      self.name = canonical
      return
    }
    guard (1...Self.maximumLength).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
    self.name = text
  }

  /// Reads a type of a vocabulary that allows any character: each one that a type cannot have becomes `_`. `nil` when it is empty or too long.
  public static func mapped(from text: String) -> EventType? {
    if aliases.keys.contains(text) { return EventType(text) }
    return EventType(String(text.unicodeScalars.map { $0.isASCII && isAllowed(UInt8($0.value)) ? Character($0) : "_" }))
  }

  /// Wraps a name that was accepted before, as the store reads it back.
  public init(stored name: String) {
    self.name = name
  }

  /// How long a type may be, in bytes.
  static let maximumLength = 256

  /// What ``init(_:)`` accepts, for error messages.
  public static let expectation = "1 to 256 characters of A-Z, a-z, 0-9, _, - and ., like memory.created"

  /// The canonical name.
  public var description: String { name }

  /// Mem0's names, in today's spelling and in that of its first documentation.
  private static let aliases = [
    "memory_add": "memory.created", "memory:add": "memory.created",
    "memory_update": "memory.updated", "memory:update": "memory.updated",
    "memory_delete": "memory.deleted", "memory:delete": "memory.deleted",
    "memory_categorize": "memory.categorized", "memory:categorize": "memory.categorized",
  ]

  static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}

/// Which types a webhook wants: one exactly, everything (`*`), or everything below a name (`memory.*`).
public enum EventPattern: Sendable, Hashable, CustomStringConvertible {
  /// Every type.
  case everything
  /// Every type that begins with these characters, which end in a full stop.
  case below(String)
  /// That type alone.
  case exactly(EventType)

  /// Reads a pattern; `nil` when it is none.
  public init?(_ text: String) {
    if text == "*" {
      self = .everything
    } else if text.hasSuffix(".*"), EventType(String(text.dropLast(2))) != nil {
      self = .below(String(text.dropLast()))
    } else if let type = EventType(text) {
      self = .exactly(type)
    } else {
      return nil
    }
  }

  /// What ``init(_:)`` accepts, for error messages.
  public static let expectation = "an event type like memory.created, memory.* or *"

  /// Whether the pattern wants events of this type.
  public func matches(_ type: EventType) -> Bool {
    switch self {
    case .everything: true
    case .below(let prefix): type.name.utf8.starts(with: prefix.utf8) && type.name.utf8.count > prefix.utf8.count
    case .exactly(let wanted): wanted == type
    }
  }

  /// Whether there can be an event that the pattern wants: below one of Mem0's names with a colon, or below the longest names, there is no type.
  public var isPossible: Bool {
    guard case .below(let prefix) = self else { return true }
    return prefix.utf8.count < EventType.maximumLength && prefix.utf8.allSatisfy(EventType.isAllowed)
  }

  /// The pattern as it is written.
  public var description: String {
    switch self {
    case .everything: "*"
    case .below(let prefix): prefix + "*"
    case .exactly(let type): type.name
    }
  }
}
