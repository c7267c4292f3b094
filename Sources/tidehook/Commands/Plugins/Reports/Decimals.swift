// Writes numbers with a fixed count of decimal places.

/// Decimal numbers for people and reports, without Foundation.
enum Decimals {
  /// A finite number that is not negative, rounded to `places` digits behind the point.
  static func text(_ value: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    guard value.isFinite, value >= 0, value * scale < 1e18 else { return "0" }
    let digits = String(Int64((value * scale).rounded()))
    guard places > 0 else { return digits }
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return "\(padded.dropLast(places)).\(padded.suffix(places))"
  }
}

extension Duration {
  /// Microseconds with their fraction.
  var inMicroseconds: Double { Double(components.seconds) * 1e6 + Double(components.attoseconds) / 1e12 }
}
