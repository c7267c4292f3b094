// Spans of time as people write them on a command line.

import ArgumentParser

/// `45s`, `90m`, `24h` or `7d`.
struct TimeSpan: ExpressibleByArgument {
  /// The span in seconds, 0 or more.
  let seconds: Int64

  /// Reads a whole number and its unit.
  init?(argument: String) {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = argument.last.flatMap({ units[$0] }), let count = Int64(argument.dropLast()), count >= 0 else { return nil }
    let (product, isOverflown) = count.multipliedReportingOverflow(by: unit)
    guard !isOverflown else { return nil }
    seconds = product
  }
}
