// Shows how far a long command has come.

import TidehookCore

/// A bar on standard error; silent when standard error is no terminal.
struct ProgressBar {
  /// Between two drawings: ten a second is smooth and costs nothing.
  private static let interval: Duration = .milliseconds(100)
  private static let columns = 30

  private let terminal = Terminal.standardError
  private let total: Int?
  private let unit: String
  private var drawn: ContinuousClock.Instant?
  private let started = ContinuousClock.now

  /// Makes a bar.
  /// - Parameters:
  ///   - total: how much there is to do, in the unit of `done`; `nil` when nobody knows.
  ///   - unit: what the items are called.
  init(total: Int?, unit: String = "events") {
    self.total = total
    self.unit = unit
  }

  /// Draws the bar if it is time to.
  /// - Parameters:
  ///   - done: how much is done.
  ///   - count: how many items that were.
  mutating func update(done: Int, count: Int) {
    guard terminal.isInteractive, drawn.map({ ContinuousClock.now - $0 >= Self.interval }) ?? true else { return }
    drawn = .now
    let rate = "\(count) \(unit)" + ((ContinuousClock.now - started).shownRate(of: count).map { ", \($0)/s" } ?? "")
    guard let total, total > 0 else { return terminal.write("\r\u{1B}[K\(rate)") }
    let filled = min(Self.columns, done * Self.columns / total)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.columns - filled)
    terminal.write("\r\u{1B}[K\(bar) \(min(100, done * 100 / total))% \(rate)")
  }

  /// Takes the bar away.
  func clear() {
    if drawn != nil { terminal.write("\r\u{1B}[K") }
  }
}
