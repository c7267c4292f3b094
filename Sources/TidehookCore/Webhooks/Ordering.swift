// Which deliveries of a webhook must come one after another.

/// Whether a webhook's deliveries keep the order in which their events were accepted.
public enum Ordering: Sendable, Hashable {
  /// They do not: each goes when it can.
  case unordered
  /// All do: one at a time, and one that waits for its next try holds all that come later.
  case fifo
  /// Those do whose events have the same value there; an event without a value is not ordered.
  case key(EventPath)

  /// What the order of an event's delivery depends on: deliveries of one webhook with the same number are made one after another.
  ///
  /// A number, because that is all the store needs to compare: two values may share one, which only makes an order where none was asked for.
  /// - Returns: `nil` when it is not ordered.
  public func key(of event: Event) -> Int64? {
    switch self {
    case .unordered: nil
    case .fifo: 0
    case .key(let path): path.scalar(in: event).map(Self.number)
    }
  }

  /// The 64-bit FNV-1a hash of the value, spread by MurmurHash3's finalizer. Stored with deliveries: never change it.
  private static func number(_ value: [UInt8]) -> Int64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in value { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
    return Int64(bitPattern: hash ^ hash >> 33)
  }
}

extension Ordering {
  /// What it may be in JSON, for messages.
  private static let expectation = #""none", "fifo" or {"key": PATH}"#

  /// Reads `"none"`, `"fifo"` or `{"key": "data.memory_id"}`.
  public init(json: JSONValue) throws(JSONProblem) {
    switch json {
    case "none": self = .unordered
    case "fifo": self = .fifo
    case .object:
      guard let key = try JSONMembers(json, known: ["key"])["key"] else {
        throw JSONProblem("key", "is required, \(EventPath.expectation)")
      }
      guard let path = key.stringValue.flatMap(EventPath.init) else { throw JSONMembers.unexpected("key", EventPath.expectation, key) }
      self = .key(path)
    case .null, .bool, .integer, .number, .string, .array: throw JSONMembers.unexpected("", Self.expectation, json)
    }
  }

  /// The ordering in the form that ``init(json:)`` reads.
  public var json: JSONValue {
    switch self {
    case .unordered: "none"
    case .fifo: "fifo"
    case .key(let path): ["key": .string(path.description)]
    }
  }
}
