// How much is kept of the notes of late events: a pure value.

/// The notes that are kept: so many, with so many keys, and always the last.
package struct KeptNotes: Sendable {
  /// Minutes under the highest load, and else hours.
  package static let maximumNotes = 5000
  /// Where a clock was set back each event is late: eight bytes each, 1.6 MB.
  package static let maximumKeys = 200_000

  private var notes: ArraySlice<(number: Int64, keys: Int)> = []
  private var keys = 0
  /// The last note that is not kept any more; 0 when all are.
  package private(set) var forgotten: Int64 = 0

  /// Begins without notes.
  package init() {}

  /// Adds the next note. One that is numbered like an earlier one is in its place: that was not committed.
  package mutating func add(_ number: Int64, keys count: Int) {
    while let last = notes.last, last.number >= number {
      keys -= last.keys
      notes.removeLast()
    }
    notes.append((number, count))
    keys += count
    while notes.count > 1, notes.count > Self.maximumNotes || keys > Self.maximumKeys, let first = notes.popFirst() {
      keys -= first.keys
      forgotten = first.number
    }
  }
}
