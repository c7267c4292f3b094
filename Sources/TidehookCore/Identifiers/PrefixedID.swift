// The typed ids of Tidehook: an event's id cannot be passed where a webhook's is expected.

/// An id that Tidehook makes: a prefix that names its kind, and a time-ordered value.
public protocol PrefixedID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The kind, with its underscore: `wh_`.
  static var prefix: String { get }
  /// The value behind the prefix.
  var value: TimeOrderedID { get }
  /// Wraps a value.
  init(_ value: TimeOrderedID)
}

extension PrefixedID {
  /// Reads `<prefix><26 characters>`; `nil` for anything else.
  public init?(_ text: String) {
    guard text.hasPrefix(Self.prefix), let value = TimeOrderedID(text: text.dropFirst(Self.prefix.count)) else { return nil }
    self.init(value)
  }

  /// The id as people and the API write it.
  public var description: String { Self.prefix + value.text }

  /// The integer primary key of its row.
  public var key: Int64 { value.key }

  /// Ordered by the time the id was made.
  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// The id of a webhook: `wh_…`.
public struct WebhookID: PrefixedID {
  /// `wh_`.
  public static let prefix = "wh_"
  /// The value behind the prefix.
  public let value: TimeOrderedID
  /// Wraps a value.
  public init(_ value: TimeOrderedID) { self.value = value }
}

/// The id of a delivery: `dlv_…`.
public struct DeliveryID: PrefixedID {
  /// `dlv_`.
  public static let prefix = "dlv_"
  /// The value behind the prefix.
  public let value: TimeOrderedID
  /// Wraps a value.
  public init(_ value: TimeOrderedID) { self.value = value }
}

/// The id of an attempt: `att_…`.
public struct AttemptID: PrefixedID {
  /// `att_`.
  public static let prefix = "att_"
  /// The value behind the prefix.
  public let value: TimeOrderedID
  /// Wraps a value.
  public init(_ value: TimeOrderedID) { self.value = value }
}
