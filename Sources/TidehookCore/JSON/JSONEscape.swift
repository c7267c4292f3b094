// Escapes of JSON strings in both directions; the only place that knows how a character is escaped.

/// Reads the escapes of RFC 8259 section 7 and writes them as `JSON.stringify` does (ECMA-262, QuoteJSONString).
enum JSONEscape {
  /// Reads the escape whose backslash is at `index` of a string that the tokenizer has checked.
  ///
  /// Two escapes that form a surrogate pair are read together.
  /// - Returns: the code point (a lone surrogate as itself) and the number of bytes that it took.
  static func read(_ content: UnsafeBufferPointer<UInt8>, at index: Int) -> (codePoint: UInt32, length: Int) {
    switch content[index + 1] {
    case UInt8(ascii: "b"): return (0x08, 2)
    case UInt8(ascii: "f"): return (0x0c, 2)
    case UInt8(ascii: "n"): return (0x0a, 2)
    case UInt8(ascii: "r"): return (0x0d, 2)
    case UInt8(ascii: "t"): return (0x09, 2)
    case .lowerU: break
    case let other: return (UInt32(other), 2)
    }
    let unit = codeUnit(content, at: index)
    guard UTF16.isLeadSurrogate(unit), index + 12 <= content.count, content[index + 6] == .backslash, content[index + 7] == .lowerU else {
      return (UInt32(unit), 6)
    }
    let next = codeUnit(content, at: index + 6)
    guard UTF16.isTrailSurrogate(next) else { return (UInt32(unit), 6) }
    return (0x1_0000 + (UInt32(unit & 0x3ff) << 10 | UInt32(next & 0x3ff)), 12)
  }

  private static func codeUnit(_ content: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt16 {
    var unit: UInt16 = 0
    for offset in 2..<6 { unit = unit << 4 | (content[index + offset].hexValue ?? 0) }
    return unit
  }

  /// Appends `codePoint` as it stands in a canonical string: as UTF-8, or escaped where it must be.
  static func append(_ codePoint: UInt32, to output: inout [UInt8]) {
    switch codePoint {
    case 0x08: append(letter: "b", to: &output)
    case 0x09: append(letter: "t", to: &output)
    case 0x0a: append(letter: "n", to: &output)
    case 0x0c: append(letter: "f", to: &output)
    case 0x0d: append(letter: "r", to: &output)
    case 0x22: append(letter: "\"", to: &output)
    case 0x5c: append(letter: "\\", to: &output)
    case 0..<0x20, 0xd800...0xdfff: appendHexadecimal(UInt16(codePoint), to: &output)
    default: appendUTF8(codePoint, to: &output)
    }
  }

  /// Unescapes the checked string, quotes included, that stands at `range`; lone surrogates become U+FFFD.
  static func decode(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    bytes.withUnsafeBufferPointer { decode(UnsafeBufferPointer(rebasing: $0[(range.lowerBound + 1)..<(range.upperBound - 1)])) }
  }

  /// Unescapes the content of a checked string; lone surrogates become U+FFFD.
  static func decode(_ content: UnsafeBufferPointer<UInt8>) -> String {
    guard content.contains(.backslash) else { return String(decoding: content, as: UTF8.self) }
    var text: [UInt8] = []
    text.reserveCapacity(content.count)
    var index = 0
    while index < content.count {
      guard content[index] == .backslash else {
        text.append(content[index])
        index += 1
        continue
      }
      let (codePoint, length) = read(content, at: index)
      appendUTF8(codePoint, to: &text)
      index += length
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends `codePoint` as UTF-8; a lone surrogate, which UTF-8 cannot hold, as U+FFFD.
  static func appendUTF8(_ codePoint: UInt32, to output: inout [UInt8]) {
    let scalar = Unicode.Scalar(codePoint) ?? "\u{fffd}"
    output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }

  private static func append(letter: Unicode.Scalar, to output: inout [UInt8]) {
    output.append(.backslash)
    output.append(UInt8(ascii: letter))
  }

  private static func appendHexadecimal(_ unit: UInt16, to output: inout [UInt8]) {
    output.append(.backslash)
    output.append(.lowerU)
    for shift in stride(from: 12, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: unit >> shift & 0xf)
      output.append(digit < 10 ? .zero + digit : 0x57 + digit)
    }
  }
}

extension [UInt8] {
  /// Appends the token of a checked string in canonical form, with its quotes.
  mutating func appendCanonical(_ token: JSONStringToken) {
    guard token.hasEscapes else { return append(contentsOf: token.quoted) }
    let content = token.content
    var start = 0
    append(.quote)
    while let escape = content[start...].firstIndex(of: .backslash) {
      append(contentsOf: content[start..<escape])
      let (codePoint, length) = JSONEscape.read(content, at: escape)
      JSONEscape.append(codePoint, to: &self)
      start = escape + length
    }
    append(contentsOf: content[start...])
    append(.quote)
  }

  /// Appends UTF-8 text as a canonical JSON string, with quotes.
  mutating func appendQuoted(_ text: UnsafeBufferPointer<UInt8>) {
    append(.quote)
    var index = 0
    while let base = text.baseAddress, index < text.count {
      let length = JSONStringScan.unescapedLength(base + index, text.count - index)
      append(contentsOf: UnsafeBufferPointer(start: base + index, count: length))
      index += length
      guard index < text.count else { break }
      JSONEscape.append(UInt32(text[index]), to: &self)
      index += 1
    }
    append(.quote)
  }
}
