// Splits Lua 5.4 source into tokens.

/// One token with the line that it begins on.
struct LuaToken: Equatable {
  enum Kind: Equatable {
    case name(String)
    case keyword(String)
    /// The text between the quotes; escapes stay as they were written.
    case string(String)
    case number
    case symbol(String)
    case end
  }

  let kind: Kind
  let line: Int

  func isSymbol(_ text: String) -> Bool { kind == .symbol(text) }

  var name: String? {
    if case .name(let name) = kind { return name }
    return nil
  }

  var string: String? {
    if case .string(let text) = kind { return text }
    return nil
  }
}

/// Reads tokens. Made for source that Lua has compiled: what Lua would refuse gives tokens of some kind, never a crash.
struct LuaLexer {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1

  private static let keywords: Set<String> = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil", "not", "or", "repeat",
    "return", "then", "true", "until", "while",
  ]
  private static let symbols = ["...", "<<", ">>", "//", "==", "~=", "<=", ">=", "::", ".."].map { Array($0.utf8) }

  /// All tokens of a text; the last one is of kind `end`.
  static func tokens(of source: String) -> [LuaToken] {
    var lexer = LuaLexer(bytes: Array(source.utf8))
    var tokens: [LuaToken] = []
    while true {
      let token = lexer.next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private mutating func next() -> LuaToken {
    skipBlanks()
    let start = line
    guard let byte = peek() else { return LuaToken(kind: .end, line: start) }
    let kind: LuaToken.Kind
    switch byte {
    case _ where Self.isLetter(byte): kind = word()
    case _ where Self.isDigit(byte), UInt8(ascii: ".") where Self.isDigit(peek(1) ?? 0): kind = number()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): kind = .string(quoted(byte))
    case UInt8(ascii: "["): kind = longBracket().map { .string($0) } ?? symbol()
    default: kind = symbol()
    }
    return LuaToken(kind: kind, line: start)
  }

  private func peek(_ offset: Int = 0) -> UInt8? { bytes.indices.contains(index + offset) ? bytes[index + offset] : nil }

  private mutating func advance() {
    if bytes[index] == UInt8(ascii: "\n") { line += 1 }
    index += 1
  }

  private mutating func skipBlanks() {
    while let byte = peek() {
      if byte == UInt8(ascii: "-") && peek(1) == UInt8(ascii: "-") {
        index += 2
        if peek() == UInt8(ascii: "["), longBracket() != nil { continue }
        while let byte = peek(), byte != UInt8(ascii: "\n") { index += 1 }
      } else if byte <= 0x20 {
        advance()
      } else {
        return
      }
    }
  }

  private mutating func word() -> LuaToken.Kind {
    let start = index
    while let byte = peek(), Self.isLetter(byte) || Self.isDigit(byte) { index += 1 }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    return Self.keywords.contains(text) ? .keyword(text) : .name(text)
  }

  /// Digits, letters, points, and a sign after an exponent.
  private mutating func number() -> LuaToken.Kind {
    let isHexadecimal = peek() == UInt8(ascii: "0") && (peek(1) ?? 0) | 0x20 == UInt8(ascii: "x")
    let exponent = UInt8(ascii: isHexadecimal ? "p" : "e")
    while let byte = peek(), Self.isLetter(byte) || Self.isDigit(byte) || byte == UInt8(ascii: ".") {
      index += 1
      if byte | 0x20 == exponent, let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { index += 1 }
    }
    return .number
  }

  private mutating func quoted(_ quote: UInt8) -> String {
    index += 1
    let start = index
    while let byte = peek(), byte != quote {
      if byte == UInt8(ascii: "\\"), peek(1) != nil { advance() }
      advance()
    }
    defer { index = min(index + 1, bytes.count) }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  /// `[[text]]`, `[==[text]==]`; `nil` when this is no such bracket.
  private mutating func longBracket() -> String? {
    var level = 0
    while peek(1 + level) == UInt8(ascii: "=") { level += 1 }
    guard peek(1 + level) == UInt8(ascii: "[") else { return nil }
    index += level + 2
    let start = index
    let close = [UInt8(ascii: "]")] + [UInt8](repeating: UInt8(ascii: "="), count: level) + [UInt8(ascii: "]")]
    while peek() != nil, !bytes[index...].starts(with: close) { advance() }
    defer { index = min(index + close.count, bytes.count) }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func symbol() -> LuaToken.Kind {
    if let long = Self.symbols.first(where: { bytes[index...].starts(with: $0) }) {
      index += long.count
      return .symbol(String(decoding: long, as: UTF8.self))
    }
    defer { index += 1 }
    return .symbol(String(decoding: bytes[index...index], as: UTF8.self))
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
