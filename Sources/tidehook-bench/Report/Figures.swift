// How figures are written for people: three or four digits, and the unit where the heading does not have it.

import Glibc

/// Texts of figures.
enum Figures {
  /// A number with a fixed count of decimals.
  static func decimal(_ value: Double, _ places: Int) -> String {
    let factor = pow(10, Double(places))
    let scaled = Int((abs(value) * factor).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + grouped(scaled) }
    let rest = String(scaled % Int(factor))
    return "\(sign)\(grouped(scaled / Int(factor))).\(String(repeating: "0", count: places - rest.count))\(rest)"
  }

  /// A rate per second, rounded to a whole number.
  static func rate(_ value: Double) -> String { decimal(value, 0) }

  /// Microseconds as milliseconds.
  static func milliseconds(_ microseconds: UInt32) -> String { decimal(Double(microseconds) / 1000, 2) }

  /// Bytes as megabytes of 2^20.
  static func megabytes(_ bytes: Int) -> String { decimal(Double(bytes) / 1_048_576, 0) }

  /// Digits in groups of three, parted by spaces.
  private static func grouped(_ value: Int) -> String {
    var digits = String(value)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return ([digits] + groups).joined(separator: " ")
  }
}
