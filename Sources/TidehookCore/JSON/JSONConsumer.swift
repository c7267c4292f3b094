// What the tokenizer reports and to whom: the canonicaliser, the tree builder and the shallow view are its consumers.

/// Takes the tokens of one JSON text in order; the tokenizer guarantees that their sequence is well formed.
///
/// Commas and colons are not reported. All offsets count bytes from the start of the text.
protocol JSONConsumer {
  mutating func beginObject(at offset: Int)
  mutating func endObject(at offset: Int)
  mutating func beginArray(at offset: Int)
  mutating func endArray(at offset: Int)
  mutating func key(_ token: JSONStringToken)
  mutating func string(_ token: JSONStringToken)
  mutating func number(_ token: JSONNumberToken)
  mutating func literal(_ literal: JSONLiteral, at offset: Int)
}

/// A string as it stands in the text; valid only during the call that reports it.
struct JSONStringToken {
  /// The string with both quotes; valid UTF-8, escapes well formed.
  let quoted: UnsafeBufferPointer<UInt8>
  /// Offset of the opening quote.
  let offset: Int
  /// Whether there is a backslash in it; without one the token is canonical as it stands.
  let hasEscapes: Bool

  /// The text between the quotes.
  var content: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: quoted[1..<(quoted.count - 1)]) }
}

/// A number as it stands in the text; valid only during the call that reports it.
struct JSONNumberToken {
  /// The literal, which obeys the grammar of RFC 8259 section 6.
  let literal: UnsafeBufferPointer<UInt8>
  /// Offset of the first byte.
  let offset: Int
  /// Which parts the literal has.
  let notation: Notation

  /// Which parts a literal has.
  enum Notation {
    /// Neither fraction nor exponent.
    case integer
    /// A fraction, no exponent.
    case fraction
    /// An exponent.
    case exponent
  }

  /// Whether the literal is surely canonical as it stands: at most 15 digits, which every double holds, and nothing to leave out.
  var isPlain: Bool {
    guard literal.count <= 15, notation != .exponent else { return false }
    let first = literal[0] == .minus ? 1 : 0
    if notation == .integer { return literal[first] != .zero || literal.count == 1 }
    let isSmall = literal[first] == .zero && literal[first + 2] == .zero
    return !isSmall && literal[literal.count - 1] != .zero
  }
}

/// The three values that are written as words.
enum JSONLiteral {
  case null, `true`, `false`

  var text: StaticString {
    switch self {
    case .null: "null"
    case .true: "true"
    case .false: "false"
    }
  }
}
