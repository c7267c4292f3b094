// Says why a text is not acceptable JSON, and where; it repeats at most one character of the text.

/// The reason and the place for which a text was refused as JSON.
///
/// The description is made for the person who sent the text: `unexpected character '}' at byte 17 (line 2, column 5)`. It never repeats more
/// than one printable ASCII character of the input, so it is safe to log.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was wrong. The raw value is stable and free of input, for metrics and tests.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// Nothing but whitespace was found.
    case empty
    /// The text starts with U+FEFF, which RFC 8259 section 8.1 forbids to send.
    case byteOrderMark = "byte_order_mark"
    /// A character stands where the grammar allows none like it.
    case unexpectedCharacter = "unexpected_character"
    /// The text stops before the value is complete.
    case unexpectedEnd = "unexpected_end"
    /// Something other than whitespace follows the value.
    case trailingContent = "trailing_content"
    /// A character below U+0020 stands unescaped inside a string.
    case controlCharacter = "control_character"
    /// A backslash is followed by something that is no escape.
    case invalidEscape = "invalid_escape"
    /// The bytes are not well-formed UTF-8 (overlong forms and encoded surrogates included).
    case invalidUTF8 = "invalid_utf8"
    /// A number breaks the grammar: leading zero, missing digits.
    case invalidNumber = "invalid_number"
    /// Arrays and objects are nested deeper than the limit.
    case tooDeep = "too_deep"
  }

  /// What was wrong.
  public let code: Code
  /// Bytes before the offending one, from 0; equal to the length of the text when it ended too early.
  public let offset: Int
  /// Line of the offending byte, from 1; lines end with a line feed.
  public let line: Int
  /// Unicode scalars before the offending byte in its line, plus 1.
  public let column: Int
  /// The offending byte, or `nil` at the end of the text.
  public let byte: UInt8?

  /// Locates `offset` in `text`; takes time in proportion to `offset`, which only the refusal of a text pays.
  init(_ code: Code, at offset: Int, in text: UnsafeBufferPointer<UInt8>) {
    self.code = code
    self.offset = offset
    self.byte = offset < text.count ? text[offset] : nil
    var line = 1
    var column = 1
    for byte in text.prefix(offset) {
      if byte == .lineFeed {
        line += 1
        column = 1
      } else if !byte.isContinuation {
        column += 1
      }
    }
    self.line = line
    self.column = column
  }

  /// The reason and the place in one line of text, lower case, without a full stop.
  public var description: String {
    code == .empty ? reason : "\(reason) at byte \(offset) (line \(line), column \(column))"
  }

  private var reason: String {
    switch code {
    case .empty: "no JSON value, the text is empty"
    case .byteOrderMark: "unexpected byte order mark"
    case .unexpectedCharacter: "unexpected \(subject)"
    case .unexpectedEnd: "unexpected end of the text"
    case .trailingContent: "unexpected \(subject) after the JSON value"
    case .controlCharacter: "unescaped control \(subject) in a string"
    case .invalidEscape: "invalid escape, unexpected \(subject)"
    case .invalidUTF8: "invalid UTF-8"
    case .invalidNumber: "invalid number, unexpected \(subject)"
    case .tooDeep: "arrays and objects are nested too deep"
    }
  }

  private var subject: String {
    guard let byte else { return "end of the text" }
    if (0x21...0x7e).contains(byte) { return "character '\(Character(Unicode.Scalar(byte)))'" }
    let digits = String(byte, radix: 16)
    return "byte 0x\(digits.count < 2 ? "0" : "")\(digits)"
  }
}
