// Makes random JSON texts in all the spellings that the grammar allows, with values that JavaScript does not change.

import TidehookTesting

/// A source of JSON texts; the same seed gives the same texts.
struct JSONGenerator {
  private var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  /// A text in one line.
  mutating func text() -> String { space() + value(depth: 0) + space() }

  /// A text of which one character was dropped, doubled or replaced; often not JSON any more. Always ASCII.
  mutating func mutated() -> String {
    var bytes = Array(value(depth: 2).utf8)
    for index in bytes.indices where bytes[index] >= 0x80 { bytes[index] = 0x78 }
    for _ in 0...below(2) where !bytes.isEmpty {
      let index = below(bytes.count)
      switch below(4) {
      case 0: bytes.remove(at: index)
      case 1: bytes.insert(bytes[index], at: index)
      case 2: bytes[index] = Array(#"{}[],:"\/0123456789.eE+-tfnu xX "#.utf8)[below(32)]
      default: bytes.removeSubrange(index...)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

  private mutating func space() -> String { below(3) == 0 ? ["", " ", "\t", "  ", " \r"][below(5)] : "" }

  private mutating func value(depth: Int) -> String {
    switch below(depth < 4 ? 9 : 6) {
    case 0: return ["null", "true", "false"][below(3)]
    case 1, 2, 3: return number()
    case 4, 5: return string()
    case 6: return "[" + space() + (0..<below(5)).map { _ in value(depth: depth + 1) + space() }.joined(separator: "," + space()) + "]"
    default:
      let members = (0..<below(depth == 0 ? 24 : 6)).map { _ in
        space() + key() + space() + ":" + space() + value(depth: depth + 1) + space()
      }
      return "{" + members.joined(separator: ",") + "}"
    }
  }

  private mutating func key() -> String {
    switch below(6) {
    case 0: "\"\(below(12))\""
    case 1: ["\"4294967294\"", "\"4294967295\"", "\"01\"", "\"\"", "\"__proto__\"", "\"constructor\"", "\"-1\"", "\"1e3\""][below(8)]
    case 2: ["\"a\"", "\"\\u0061\"", "\"b\"", "\"\\u0062\"", "\"c\""][below(5)]
    default: string()
    }
  }

  /// Numbers of up to 15 digits, in every notation, which doubles hold.
  private mutating func number() -> String {
    let sign = below(3) == 0 ? "-" : ""
    switch below(5) {
    case 0: return sign + String(below(100))
    case 1: return sign + String(below(1_000_000_000_000_000))
    case 2: return sign + "\(below(1_000_000)).\(below(1_000_000))"
    case 3:
      let exponent = "\(["e", "E"][below(2)])\(["", "+", "-", "+0", "-0"][below(5)])\(below(290))"
      return sign + "\(below(10)).\(below(10_000_000))" + exponent
    default: return sign + ["0", "0.0", "0e1", "1.0", "1e21", "1e20", "1e-6", "1e-7", "100e-2", "123e18", "1.50"][below(11)]
    }
  }

  private mutating func string() -> String {
    let parts = (0..<below(12)).map { _ in
      switch below(9) {
      case 0: return [#"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#, #"\t"#][below(8)]
      case 1: return escape(UInt16(below(0x80)))
      case 2: return escape(UInt16(below(0x1_0000)))
      case 3: return escape(UInt16(0xd800 + below(0x800)))
      case 4: return escape(UInt16(0xd800 + below(0x400))) + escape(UInt16(0xdc00 + below(0x400)))
      case 5: return ["é", "ß", "漢字", "🎉", "\u{7f}", "\u{2029}", "\u{fffd}", "\u{10ffff}"][below(8)]
      default: return ["memory", "a", "x ", "<b>&", "the quick brown fox"][below(5)]
      }
    }
    return "\"" + parts.joined() + "\""
  }

  private mutating func escape(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16, uppercase: below(2) == 0)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
