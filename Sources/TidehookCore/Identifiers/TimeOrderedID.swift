// 128-bit identifiers that sort by the time they were made, so that rows keyed by them are appended.

/// A 128-bit value whose upper half grows with time and is unique in its database, and whose lower half is random.
///
/// The upper half doubles as the integer primary key of the row. As text it is 26 lower-case Crockford base-32 characters.
public struct TimeOrderedID: Sendable, Hashable, Comparable {
  /// Microseconds since 2024-01-01T00:00:00Z shifted left by 12 bits, plus a counter; always positive. Good until 2095.
  public let key: Int64
  /// Random bits: an id cannot be guessed from a neighbour.
  public let entropy: UInt64

  /// Makes an id of its two halves, as they are stored.
  public init(key: Int64, entropy: UInt64) {
    self.key = key
    self.entropy = entropy
  }

  /// 2024-01-01T00:00:00Z in microseconds since 1970.
  private static let epoch: Int64 = 1_704_067_200_000_000

  /// The smallest key of a time; times that keys cannot hold count as the first or the last one.
  public static func key(at time: Timestamp) -> Int64 {
    let (offset, isOverflown) = time.microseconds.subtractingReportingOverflow(epoch)
    return min(max(0, isOverflown ? 0 : offset), Int64.max >> 12) << 12
  }

  /// The time of a key.
  public static func time(of key: Int64) -> Timestamp { Timestamp(microseconds: epoch + max(0, key) >> 12) }

  /// Ordered by key, that is by time.
  public static func < (left: Self, right: Self) -> Bool {
    (left.key, left.entropy) < (right.key, right.entropy)
  }

  /// Reads the 26 characters that ``text`` writes; `nil` for anything else.
  public init?(text: some StringProtocol) {
    guard text.utf8.count == 26 else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for byte in text.utf8 {
      guard let digit = Self.digit(of: byte) else { return nil }
      guard high >> 59 == 0 else { return nil }
      high = high << 5 | low >> 59
      low = low << 5 | UInt64(digit)
    }
    guard let key = Int64(exactly: high) else { return nil }
    self.init(key: key, entropy: low)
  }

  /// The id as 26 characters of Crockford's base 32, lower-case.
  public var text: String {
    String(unsafeUninitializedCapacity: 26) { buffer in
      var high = UInt64(bitPattern: key)
      var low = entropy
      for index in stride(from: 25, through: 0, by: -1) {
        buffer[index] = Self.alphabet[Int(low & 31)]
        low = low >> 5 | high << 59
        high >>= 5
      }
      return 26
    }
  }

  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  private static func digit(of byte: UInt8) -> UInt8? {
    alphabet.firstIndex(of: byte).map(UInt8.init)
  }
}
