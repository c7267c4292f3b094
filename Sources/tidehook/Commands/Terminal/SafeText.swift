// Makes texts that strangers wrote fit to be shown: an event must not be able to move the cursor or recolour the window.

/// Texts for a terminal.
enum SafeText {
  /// Blocks of characters that take two columns (Unicode Standard Annex 11, "W" and "F").
  private static let wideBlocks: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0x20000...0x3FFFD,
  ]

  /// A text on one line: line breaks become spaces, other control characters become `\u{…}`.
  static func line(_ text: String) -> String {
    escape(text, keepingLines: false)
  }

  /// A text that may have several lines.
  static func block(_ text: String) -> String {
    escape(text, keepingLines: true)
  }

  /// How many columns a text takes: two for the wide characters of East Asia and for pictures.
  static func width(_ text: String) -> Int {
    text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.reduce(0) { $0 + width($1) }
  }

  /// A text cut to a number of columns, its last one an ellipsis when something was cut.
  static func fit(_ text: String, into columns: Int) -> String {
    guard width(text) > columns else { return text }
    var fitted = ""
    var used = 0
    for character in text {
      let needed = width(character)
      if used + needed > columns - 1 { break }
      fitted.append(character)
      used += needed
    }
    return fitted + "…"
  }

  private static func width(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    let isWide = wideBlocks.contains { $0.contains(first.value) }
    return isWide || first.properties.isEmojiPresentation ? 2 : 1
  }

  private static func escape(_ text: String, keepingLines: Bool) -> String {
    guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where keepingLines, "\t" where keepingLines: escaped.unicodeScalars.append(scalar)
      case "\n", "\t", "\r": escaped += " "
      case _ where isUnsafe(scalar): escaped += "\\u{\(String(scalar.value, radix: 16))}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// Control characters and the marks that turn the direction of the text around them.
  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
      || (0x2066...0x2069).contains(scalar.value)
  }
}
