// The bytes that have a meaning in JSON, by name and by class.

extension UInt8 {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0a
  static let carriageReturn: UInt8 = 0x0d
  static let space: UInt8 = 0x20
  static let quote: UInt8 = 0x22
  static let plus: UInt8 = 0x2b
  static let comma: UInt8 = 0x2c
  static let minus: UInt8 = 0x2d
  static let point: UInt8 = 0x2e
  static let slash: UInt8 = 0x2f
  static let zero: UInt8 = 0x30
  static let nine: UInt8 = 0x39
  static let colon: UInt8 = 0x3a
  static let openBracket: UInt8 = 0x5b
  static let backslash: UInt8 = 0x5c
  static let closeBracket: UInt8 = 0x5d
  static let lowerE: UInt8 = 0x65
  static let lowerU: UInt8 = 0x75
  static let openBrace: UInt8 = 0x7b
  static let closeBrace: UInt8 = 0x7d

  /// True for `0` to `9`.
  @inline(__always)
  var isDigit: Bool { self &- .zero < 10 }

  /// True for the second and later bytes of a UTF-8 sequence.
  @inline(__always)
  var isContinuation: Bool { self & 0b1100_0000 == 0b1000_0000 }

  /// The value of a hexadecimal digit in either case, or `nil`.
  var hexValue: UInt16? {
    switch self {
    case .zero...(.nine): UInt16(self &- .zero)
    case 0x61...0x66: UInt16(self &- 0x57)
    case 0x41...0x46: UInt16(self &- 0x37)
    default: nil
    }
  }
}
