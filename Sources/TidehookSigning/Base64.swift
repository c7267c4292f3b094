// Base64 (RFC 4648 sections 4 and 5).

/// Base64 with the standard alphabet.
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  /// Returns `bytes` in base64 with padding.
  public static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = (0..<3).reduce(UInt32(0)) { $0 << 8 | (start + $1 < bytes.count ? UInt32(bytes[start + $1]) : 0) }
      for digit in 0..<4 {
        let isPadding = start + digit > bytes.count
        text.append(isPadding ? padding : alphabet[Int(group >> (18 - 6 * UInt32(digit)) & 0x3f)])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Returns what `text` stands for, or `nil` when it is not base64. Padding may be left out, but must be right when it is there.
  public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var digits = Array(text)
    let length = digits.count
    while digits.last == padding, length - digits.count < 2 { digits.removeLast() }
    guard length == digits.count || length % 4 == 0, digits.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count * 3 / 4)
    var bits: UInt32 = 0
    var bitCount = 0
    for digit in digits {
      guard let value = value(of: digit) else { return nil }
      bits = bits << 6 | value
      bitCount += 6
      guard bitCount >= 8 else { continue }
      bitCount -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
    }
    return bytes
  }

  /// Returns `bytes` with the alphabet for URLs and file names, without padding.
  public static func encodeForURL(_ bytes: [UInt8]) -> String {
    let digits = encode(bytes).utf8.filter { $0 != padding }
    return String(decoding: digits.map { digitsForURL[$0] ?? $0 }, as: UTF8.self)
  }

  /// Returns what `text` in the alphabet for URLs stands for, or `nil` when it is something else. Padding may be left out.
  public static func decodeForURL(_ text: some Sequence<UInt8>) -> [UInt8]? {
    let digits = Array(text)
    guard !digits.contains(where: { digitsForURL[$0] != nil }) else { return nil }
    return decode(digits.map { digit in digitsForURL.first { $0.value == digit }?.key ?? digit })
  }

  private static let digitsForURL = [UInt8(ascii: "+"): UInt8(ascii: "-"), UInt8(ascii: "/"): UInt8(ascii: "_")]

  private static func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit) - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit) + 4
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
