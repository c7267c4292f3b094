// Finds the end of a JSON string and checks its escapes and its UTF-8.

extension JSONTokenizer {
  /// Reads the string whose opening quote is at `position`.
  @inline(__always)
  mutating func string() throws(JSONError) -> JSONStringToken {
    let start = position
    position = start + 1 + JSONStringScan.plainLength(base + start + 1, count - start - 1)
    let isPlain = position < count && base[position] == .quote
    let hasEscapes = isPlain ? false : try restOfString()
    position += 1
    return JSONStringToken(
      quoted: UnsafeBufferPointer(start: base + start, count: position - start), offset: start, hasEscapes: hasEscapes)
  }

  /// Reads on to the closing quote, past escapes and what is not ASCII; true when there were escapes.
  @inline(never)
  private mutating func restOfString() throws(JSONError) -> Bool {
    var hasEscapes = false
    while true {
      position += JSONStringScan.plainLength(base + position, count - position)
      guard position < count else { throw error(.unexpectedEnd) }
      switch base[position] {
      case .quote: return hasEscapes
      case .backslash:
        hasEscapes = true
        try escape()
      case 0x80...0xff: try multibyteScalars()
      default: throw error(.controlCharacter)
      }
    }
  }

  private mutating func escape() throws(JSONError) {
    position += 1
    guard position < count else { throw error(.unexpectedEnd) }
    switch base[position] {
    case .quote, .backslash, .slash, UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 1
    case .lowerU:
      position += 1
      for _ in 0..<4 {
        guard position < count else { throw error(.unexpectedEnd) }
        guard base[position].hexValue != nil else { throw error(.invalidEscape) }
        position += 1
      }
    default: throw error(.invalidEscape)
    }
  }

  private mutating func multibyteScalars() throws(JSONError) {
    while position < count, base[position] >= 0x80 {
      guard let length = multibyteLength() else { throw error(.invalidUTF8) }
      position += length
    }
  }

  /// Length of the scalar of two to four bytes at `position`; `nil` when it is not well formed by the Unicode standard's table 3-7.
  @inline(__always)
  private func multibyteLength() -> Int? {
    let lead = base[position]
    let length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    guard lead >= 0xc2, lead <= 0xf4, position + length <= count else { return nil }
    let second = base[position + 1]
    guard second.isContinuation, length < 3 || base[position + 2].isContinuation, length < 4 || base[position + 3].isContinuation else {
      return nil
    }
    let isWellFormed =
      switch lead {
      case 0xe0: second >= 0xa0
      case 0xed: second < 0xa0
      case 0xf0: second >= 0x90
      case 0xf4: second < 0x90
      default: true
      }
    return isWellFormed ? length : nil
  }
}

/// Scans for the bytes that end a run which may be copied as it stands.
enum JSONStringScan {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// Length of the run of ASCII without controls, quotes and backslashes at `start`, eight bytes at a time.
  ///
  /// A byte of the word gets its high bit when it is not ASCII, below 0x20, a quote or a backslash. Borrows run upwards only, from a byte that
  /// is itself marked, so the lowest mark is always right.
  @inline(__always)
  static func plainLength(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int {
    var index = 0
    while index + 8 <= count {
      let word = UInt64(littleEndian: UnsafeRawPointer(start + index).loadUnaligned(as: UInt64.self))
      let belowSpace = word &- ones &* 0x20
      let quote = (word ^ ones &* 0x22) &- ones
      let backslash = (word ^ ones &* 0x5c) &- ones
      let marks = (word | belowSpace | quote | backslash) & highBits
      if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
      index += 8
    }
    while index < count, isPlain(start[index]) { index += 1 }
    return index
  }

  @inline(__always)
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= .space && byte < 0x80 && byte != .quote && byte != .backslash
  }

  /// Length of the run at `start` that a string may hold as it stands: anything but controls, quotes and backslashes.
  static func unescapedLength(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int {
    var index = 0
    while index < count {
      index += plainLength(start + index, count - index)
      guard index < count, start[index] >= 0x80 else { break }
      index += 1
    }
    return index
  }
}
