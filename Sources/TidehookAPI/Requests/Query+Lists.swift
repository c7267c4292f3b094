// The query parameters that all lists share: how many, from where, and of which time.

import TidehookCore

extension Query {
  /// `limit`: 1 to 500, 50 unless given.
  func limit() throws -> Int {
    try value("limit", "a number of 1...500") { Int($0).flatMap { (1...500).contains($0) ? $0 : nil } } ?? 50
  }

  /// `cursor`: the key that a list's `next_cursor` stood for.
  func cursor(_ list: Cursor.List) throws -> Int64? {
    try value("cursor", "the next_cursor of an earlier page of this list") { Cursor.key($0, in: list) }
  }

  /// A time: RFC 3339, or how long ago as in `30m`.
  func time(_ name: String, now: Timestamp) throws -> Timestamp? {
    try value(name, "a time like 2026-04-13T10:30:00Z or how long ago like 45s, 30m, 1h, 7d") { Self.time($0, now: now) }
  }

  static func time(_ text: String, now: Timestamp) -> Timestamp? {
    if let microseconds = microseconds(ago: text) {
      let (time, isOverflown) = now.microseconds.subtractingReportingOverflow(microseconds)
      return isOverflown ? nil : Timestamp(microseconds: time)
    }
    // A plus sign that was not escaped arrives as a space.
    return Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text.replacing(" ", with: "+"))
  }

  /// What `30m` is in microseconds; `nil` for anything else, and for more than 64 bits hold, which is 292 000 years.
  private static func microseconds(ago text: String) -> Int64? {
    let units: [Character: Int64] = ["s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count >= 0 else { return nil }
    let (product, isOverflown) = count.multipliedReportingOverflow(by: unit)
    return isOverflown ? nil : product
  }
}

/// Opaque positions in lists. A cursor is of use only in the list that gave it.
enum Cursor {
  /// Which list.
  enum List: UInt64 {
    case webhooks = 0x7768_6f6f_6b73_0001
    case events = 0x6576_656e_7473_0002
    case deliveries = 0x646c_7673_0000_0003
    case webhookRevisions = 0x7772_6576_0000_0004
    case pluginRevisions = 0x7072_6576_0000_0005
    case sources = 0x7372_6373_0000_0006
    case receipts = 0x7265_7173_0000_0007
    case keys = 0x6b65_7973_0000_0008
    case replays = 0x7270_6c79_0000_0009
    case tail = 0x7461_696c_0000_000a
  }

  /// The cursor that continues after the row with this key.
  static func text(after key: Int64, in list: List) -> String {
    TimeOrderedID(key: key, entropy: check(key, list)).text
  }

  /// The key that a cursor stands for; `nil` when it is none of this list.
  static func key(_ text: String, in list: List) -> Int64? {
    guard let position = TimeOrderedID(text: text), position.entropy == check(position.key, list) else { return nil }
    return position.key
  }

  /// The cursor that continues after a position in the live tail.
  static func text(after position: TailPosition) -> String {
    let key = text(after: position.key, in: .tail)
    return position.note == 0 ? key : "\(key).\(position.note).\(position.count)"
  }

  /// The position that a cursor of the live tail stands for.
  static func tailPosition(_ text: String) -> TailPosition? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 1 || parts.count == 3, let key = key(String(parts[0]), in: .tail) else { return nil }
    let numbers = parts.dropFirst().compactMap { part in Int64(part).flatMap { $0 >= 0 && String($0) == part ? $0 : nil } }
    guard numbers.count == parts.count - 1 else { return nil }
    return numbers.isEmpty ? TailPosition(key: key) : TailPosition(key: key, note: numbers[0], count: numbers[1])
  }

  private static func check(_ key: Int64, _ list: List) -> UInt64 {
    (UInt64(bitPattern: key) ^ list.rawValue) &* 0x9e37_79b9_7f4a_7c15
  }
}
