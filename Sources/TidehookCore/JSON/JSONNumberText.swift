// Writes numbers in canonical form. No other place formats a number.

import Glibc

/// Canonical numbers: the notation of ECMA-262 Number::toString, applied to the digits of the literal itself.
///
/// The significant digits of the literal are taken exactly, and laid out as JavaScript lays out a double's shortest digits: `1.0` is `1`, `1e3` is
/// `1000`, `1e-07` is `1e-7`, `-0` is `0`. Where a double holds the value, that is what `JSON.stringify(JSON.parse(x))` writes. Where it does
/// not, the digits stay: `9007199254740993`, `0.1234567890123456789012` and `1e+400` lose nothing.
///
/// One case needs the double: many encoders print doubles with 16 or 17 digits (`0.10000000000000001`, C's `%.17g`). When the double, rounded to
/// that many digits, gives the literal again, the literal says no more than the double, and is written as JavaScript would (`0.1`). Integers of
/// up to 20 digits are exempt, they may be identifiers, which are exact by nature.
enum JSONNumberText {
  /// An exponent with more digits than this is kept as it was written: no sum with it could overflow below.
  private static let mostExponentDigits = 15
  /// Digits that any double gives back (C's `DBL_DIG`), and digits that tell any two doubles apart.
  private static let digitsAlwaysHeld = 15
  private static let digitsOfADouble = 17

  /// Appends `literal`, which obeys the JSON grammar, in canonical form.
  static func append(_ literal: UnsafeBufferPointer<UInt8>, isShortest: Bool = false, to output: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: literal.count) { digits in
      guard let decimal = parse(literal, digits: digits) else { return output.append(contentsOf: literal) }
      if !isShortest, let double = decimal.shorterDouble {
        var text = double.description
        return text.withUTF8 { append($0, isShortest: true, to: &output) }
      }
      decimal.append(to: &output)
    }
  }

  /// Takes the literal apart; `nil` when its exponent is out of all bounds.
  private static func parse(_ literal: UnsafeBufferPointer<UInt8>, digits: UnsafeMutableBufferPointer<UInt8>) -> Decimal? {
    var index = literal[0] == .minus ? 1 : 0
    var count = 0
    var point = 0
    var beforePoint = true
    while index < literal.count, literal[index] | 0x20 != .lowerE {
      let byte = literal[index]
      index += 1
      if byte == .point {
        beforePoint = false
        continue
      }
      let isLeadingZero = byte == .zero && count == 0
      if beforePoint != isLeadingZero { point += beforePoint ? 1 : -1 }
      if isLeadingZero { continue }
      digits[count] = byte
      count += 1
    }
    while count > 0, digits[count - 1] == .zero { count -= 1 }
    guard let exponent = exponent(of: literal, from: index) else { return count == 0 ? .zero : nil }
    if count == 0 { return .zero }
    return Decimal(isNegative: literal[0] == .minus, digits: UnsafeBufferPointer(rebasing: digits[..<count]), point: point + exponent)
  }

  /// Reads the exponent whose `e` is at `index`; 0 when there is none.
  private static func exponent(of literal: UnsafeBufferPointer<UInt8>, from index: Int) -> Int? {
    var index = index + 1
    guard index < literal.count else { return 0 }
    let isNegative = literal[index] == .minus
    if !literal[index].isDigit { index += 1 }
    while index < literal.count, literal[index] == .zero { index += 1 }
    guard literal.count - index <= mostExponentDigits else { return nil }
    var value = 0
    while index < literal.count {
      value = value * 10 + Int(literal[index] - .zero)
      index += 1
    }
    return isNegative ? -value : value
  }

  /// A number as 0.d1d2…dk × 10^point, without leading or trailing zeros; no digits for zero.
  private struct Decimal {
    let isNegative: Bool
    let digits: UnsafeBufferPointer<UInt8>
    let point: Int

    static var zero: Decimal { Decimal(isNegative: false, digits: UnsafeBufferPointer(start: nil, count: 0), point: 1) }

    /// The double that says exactly as much as the 16 or 17 digits of a non-integer but has a shorter spelling; `nil` when the digits stay.
    var shorterDouble: Double? {
      guard digits.count > digitsAlwaysHeld, digits.count <= digitsOfADouble else { return nil }
      let isIdentifier = digits.count <= point && point <= 20
      guard !isIdentifier else { return nil }
      let double = nearestDouble
      guard double.isFinite, !double.description.hasSignificantDigits(digits) else { return nil }
      return double.description(significantDigits: digits.count).hasSignificantDigits(digits) ? double : nil
    }

    /// Without a point, the text means the same to `strtod` in every locale.
    private var nearestDouble: Double {
      let exponent = String(point - digits.count)
      return withUnsafeTemporaryAllocation(of: CChar.self, capacity: digits.count + exponent.utf8.count + 3) { text in
        let end = text.initialize(fromContentsOf: digits.lazy.map { CChar(bitPattern: $0) })
        _ = text[end...].initialize(fromContentsOf: "e\(exponent)\0".utf8.lazy.map { CChar(bitPattern: $0) })
        let magnitude = text.baseAddress.map { strtod($0, nil) } ?? 0
        return isNegative ? -magnitude : magnitude
      }
    }

    /// ECMA-262, Number::toString: the notation depends on the number of digits and the place of the point only.
    func append(to output: inout [UInt8]) {
      guard !digits.isEmpty else { return output.append(.zero) }
      if isNegative { output.append(.minus) }
      if digits.count <= point, point <= 21 {
        output.append(contentsOf: digits)
        output.append(contentsOf: repeatElement(.zero, count: point - digits.count))
      } else if 0 < point, point <= 21 {
        appendDigits(splitAt: point, to: &output)
      } else if -6 < point, point <= 0 {
        output.append(.zero)
        output.append(.point)
        output.append(contentsOf: repeatElement(.zero, count: -point))
        output.append(contentsOf: digits)
      } else {
        appendDigits(splitAt: 1, to: &output)
        output.append(.lowerE)
        output.append(point > 0 ? .plus : .minus)
        output.append(contentsOf: String((point - 1).magnitude).utf8)
      }
    }

    private func appendDigits(splitAt index: Int, to output: inout [UInt8]) {
      output.append(contentsOf: digits[..<index])
      guard index < digits.count else { return }
      output.append(.point)
      output.append(contentsOf: digits[index...])
    }
  }
}

extension Double {
  /// The value in scientific notation, rounded to `significantDigits` digits.
  fileprivate func description(significantDigits: Int) -> String {
    var text = [CChar](repeating: 0, count: 40)
    _ = withVaList([Int32(significantDigits - 1), self]) { vsnprintf(&text, text.count, "%.*e", $0) }
    return String(decoding: text.lazy.map { UInt8(bitPattern: $0) }.prefix { $0 != 0 }, as: UTF8.self)
  }
}

extension String {
  /// Whether the significant digits of the number that is written here are `digits`, which neither start nor end with a zero.
  fileprivate func hasSignificantDigits(_ digits: UnsafeBufferPointer<UInt8>) -> Bool {
    var count = 0
    for byte in utf8 {
      if byte == .lowerE { break }
      guard byte.isDigit, count > 0 || byte != .zero else { continue }
      guard byte == (count < digits.count ? digits[count] : .zero) else { return false }
      count += 1
    }
    return count >= digits.count
  }
}

extension [UInt8] {
  /// Appends a number literal, which obeys the JSON grammar, in canonical form.
  mutating func appendCanonical(numberLiteral: UnsafeBufferPointer<UInt8>) { JSONNumberText.append(numberLiteral, to: &self) }

  /// Appends a finite double; its description has its shortest digits, in a notation that is a JSON literal.
  mutating func appendCanonical(_ value: Double) {
    var text = value.description
    text.withUTF8 { JSONNumberText.append($0, isShortest: true, to: &self) }
  }
}
