// Finds a text in bytes, whatever the case of its ASCII letters.

/// A text that is looked for. Letters that are not ASCII are compared as they are.
public struct TextSearch: Sendable, Equatable {
  /// How long a text may be, in bytes of UTF-8.
  public static let lengths = 1...200

  /// In lower case.
  private let needle: [UInt8]

  /// Reads a text; `nil` when it is empty or longer than 200 bytes.
  public init?(_ text: String) {
    guard Self.lengths.contains(text.utf8.count) else { return nil }
    needle = text.utf8.map(Self.lowered)
  }

  /// Whether the text is somewhere in these bytes.
  public func isIn(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { haystack in
      needle.withUnsafeBufferPointer { needle in Self.isIn(haystack, needle) }
    }
  }

  private static func isIn(_ haystack: UnsafeBufferPointer<UInt8>, _ needle: UnsafeBufferPointer<UInt8>) -> Bool {
    let count = needle.count
    guard count > 0, haystack.count >= count else { return false }
    let (first, upper) = (needle[0], raised(needle[0]))
    for start in 0...(haystack.count - count) where haystack[start] == first || haystack[start] == upper {
      var index = 1
      while index < count, lowered(haystack[start + index]) == needle[index] { index += 1 }
      if index == count { return true }
    }
    return false
  }

  @inline(__always)
  private static func lowered(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }

  private static func raised(_ byte: UInt8) -> UInt8 { byte &- 97 < 26 ? byte & 0xdf : byte }
}
