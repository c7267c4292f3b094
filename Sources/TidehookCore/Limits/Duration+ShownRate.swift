// How many a second that is, as a progress bar shows it.

extension Duration {
  /// So many items in this time, a second and rounded down; `nil` before a second has passed: what a first answer brings took no time at all.
  package func shownRate(of count: Int) -> Int? {
    guard self >= .seconds(1) else { return nil }
    return Int(exactly: (Double(count) / (self / .seconds(1))).rounded(.down))
  }
}
