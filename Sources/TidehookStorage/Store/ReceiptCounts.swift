// How much is kept of what a source received, and what is too much: a pure count, written back when it changed.

import TidehookCore

/// The requests of a source in each state, and their bytes.
struct ReceiptCounts: Sendable {
  /// What there is in one state.
  struct Count: Sendable, Equatable {
    var requests: Int64 = 0
    var bytes: Int64 = 0
  }

  private(set) var counts: [ReceiptState: Count]
  /// The states whose counts are not those that were read.
  private(set) var changed: Set<ReceiptState> = []

  init(_ counts: [(ReceiptState, Count)]) {
    self.counts = Dictionary(counts) { $1 }
  }

  mutating func add(_ state: ReceiptState, bytes: Int) { change(state, by: 1, Int64(bytes)) }

  mutating func remove(_ state: ReceiptState, bytes: Int64) { change(state, by: -1, -bytes) }

  /// The state whose oldest request has to go: one with too many, else, when all are too large together, the one with the most bytes, so
  /// that a flood of one kind pushes out its own. `nil` when nothing is too much.
  var excess: ReceiptState? {
    if let state = ReceiptState.allCases.first(where: { (counts[$0]?.requests ?? 0) > Int64(ReceiptLimits.requests) }) { return state }
    guard counts.values.reduce(0, { $0 + $1.bytes }) > Int64(ReceiptLimits.bytes) else { return nil }
    return counts.max { $0.value.bytes < $1.value.bytes }?.key
  }

  private mutating func change(_ state: ReceiptState, by requests: Int64, _ bytes: Int64) {
    counts[state, default: Count()].requests += requests
    counts[state, default: Count()].bytes += bytes
    changed.insert(state)
  }
}
