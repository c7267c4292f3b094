// Reads one JSON text: the only place that knows the grammar of RFC 8259. Strings are in JSONTokenizer+Strings.swift.

/// Walks over a JSON text and reports its tokens to a consumer.
///
/// It is iterative (nesting costs one bit, never stack), allocates nothing, and reads each byte once. The grammar is RFC 8259 to the letter:
/// no byte order mark, comments, trailing commas, leading zeros, `NaN`, unescaped control characters or ill-formed UTF-8.
///
/// All reads are guarded by `position < count`, which is what makes the unchecked pointer safe.
struct JSONTokenizer {
  /// Deepest nesting that any caller may allow: one bit of `containers` and `outerContainers` per level.
  static let deepest = 192
  /// Deepest nesting where a caller says nothing else.
  static let usualDepth = 128

  let base: UnsafePointer<UInt8>
  let count: Int
  var position = 0
  private let maximumDepth: Int
  private var depth = 0
  /// One bit per open container, the innermost lowest: 1 for an object, 0 for an array.
  private var containers: UInt128 = 0
  /// The bits of the outermost containers, which `containers` has no place for.
  private var outerContainers: UInt64 = 0

  /// Reads the whole of `text` and reports its tokens to `consumer`, some of them before a later error is found.
  /// - Parameter maximumDepth: 1 to 192; how deep arrays and objects may nest.
  static func read<Consumer: JSONConsumer>(
    _ text: UnsafeBufferPointer<UInt8>, maximumDepth: Int, into consumer: inout Consumer
  ) throws(JSONError) {
    guard let base = text.baseAddress, !text.isEmpty else { throw JSONError(.empty, at: 0, in: text) }
    var tokenizer = JSONTokenizer(base: base, count: text.count, maximumDepth: min(max(maximumDepth, 1), deepest))
    try tokenizer.run(&consumer)
  }

  private init(base: UnsafePointer<UInt8>, count: Int, maximumDepth: Int) {
    self.base = base
    self.count = count
    self.maximumDepth = maximumDepth
  }

  private mutating func run<Consumer: JSONConsumer>(_ consumer: inout Consumer) throws(JSONError) {
    try checkStart()
    repeat { try value(&consumer) } while try nextValueFollows(&consumer)
    skipWhitespace()
    guard position == count else { throw error(.trailingContent) }
  }

  private mutating func checkStart() throws(JSONError) {
    if count >= 3, base[0] == 0xef, base[1] == 0xbb, base[2] == 0xbf { throw error(.byteOrderMark) }
    skipWhitespace()
    guard position < count else { throw error(.empty) }
  }

  /// Reads one scalar or empty container, opening the containers that stand before it.
  private mutating func value<Consumer: JSONConsumer>(_ consumer: inout Consumer) throws(JSONError) {
    while true {
      skipWhitespace()
      guard position < count else { throw error(.unexpectedEnd) }
      switch base[position] {
      case .quote: return consumer.string(try string())
      case .minus, .zero...(.nine): return consumer.number(try number())
      case .openBrace:
        consumer.beginObject(at: position)
        if try openIsEmpty(object: true) { return }
        try key(&consumer)
      case .openBracket:
        consumer.beginArray(at: position)
        if try openIsEmpty(object: false) { return }
      case UInt8(ascii: "t"): return consumer.literal(.true, at: try word("true"))
      case UInt8(ascii: "f"): return consumer.literal(.false, at: try word("false"))
      case UInt8(ascii: "n"): return consumer.literal(.null, at: try word("null"))
      default: throw error(.unexpectedCharacter)
      }
    }
  }

  /// Steps into a container; true when its end follows at once (the end itself is left for `nextValueFollows`).
  private mutating func openIsEmpty(object: Bool) throws(JSONError) -> Bool {
    guard depth < maximumDepth else { throw error(.tooDeep) }
    depth += 1
    outerContainers = (outerContainers &<< 1) | UInt64(truncatingIfNeeded: containers &>> 127)
    containers = (containers &<< 1) | (object ? 1 : 0)
    position += 1
    skipWhitespace()
    return position < count && base[position] == (object ? .closeBrace : .closeBracket)
  }

  private mutating func key<Consumer: JSONConsumer>(_ consumer: inout Consumer) throws(JSONError) {
    skipWhitespace()
    try expect(.quote)
    consumer.key(try string())
    skipWhitespace()
    try expect(.colon)
    position += 1
  }

  /// Closes the containers that end here and reads up to the next value; false when the outermost value is complete.
  private mutating func nextValueFollows<Consumer: JSONConsumer>(_ consumer: inout Consumer) throws(JSONError) -> Bool {
    while depth > 0 {
      skipWhitespace()
      guard position < count else { throw error(.unexpectedEnd) }
      let inObject = containers & 1 == 1
      let byte = base[position]
      if byte == .comma {
        position += 1
        if inObject { try key(&consumer) }
        return true
      }
      guard byte == (inObject ? .closeBrace : .closeBracket) else { throw error(.unexpectedCharacter) }
      if inObject { consumer.endObject(at: position) } else { consumer.endArray(at: position) }
      depth -= 1
      containers = (containers &>> 1) | (UInt128(outerContainers & 1) &<< 127)
      outerContainers = outerContainers &>> 1
      position += 1
    }
    return false
  }

  /// Reads `text`, which starts here with its first letter, and returns the offset of that letter.
  private mutating func word(_ text: StaticString) throws(JSONError) -> Int {
    let start = position
    for index in 0..<text.utf8CodeUnitCount { try expect(text.utf8Start[index], at: start + index) }
    position = start + text.utf8CodeUnitCount
    return start
  }

  private mutating func number() throws(JSONError) -> JSONNumberToken {
    let start = position
    if base[position] == .minus { position += 1 }
    if position < count, base[position] == .zero {
      position += 1
      if position < count, base[position].isDigit { throw error(.invalidNumber) }
    } else {
      try digits()
    }
    var notation = JSONNumberToken.Notation.integer
    if position < count, base[position] == .point {
      notation = .fraction
      position += 1
      try digits()
    }
    if position < count, base[position] | 0x20 == .lowerE {
      notation = .exponent
      position += 1
      if position < count, base[position] == .plus || base[position] == .minus { position += 1 }
      try digits()
    }
    return JSONNumberToken(
      literal: UnsafeBufferPointer(start: base + start, count: position - start), offset: start, notation: notation)
  }

  /// Skips one or more digits.
  private mutating func digits() throws(JSONError) {
    guard position < count else { throw error(.unexpectedEnd) }
    guard base[position].isDigit else { throw error(.invalidNumber) }
    repeat { position += 1 } while position < count && base[position].isDigit
  }

  @inline(__always)
  private mutating func skipWhitespace() {
    while position < count, base[position] <= .space {
      switch base[position] {
      case .space, .lineFeed, .carriageReturn, .tab: position += 1
      default: return
      }
    }
  }

  @inline(__always)
  private func expect(_ byte: UInt8) throws(JSONError) { try expect(byte, at: position) }

  @inline(__always)
  private func expect(_ byte: UInt8, at offset: Int) throws(JSONError) {
    guard offset < count else { throw error(.unexpectedEnd, at: offset) }
    guard base[offset] == byte else { throw error(.unexpectedCharacter, at: offset) }
  }

  @inline(never)
  func error(_ code: JSONError.Code, at offset: Int? = nil) -> JSONError {
    JSONError(code, at: offset ?? position, in: UnsafeBufferPointer(start: base, count: count))
  }
}
