// What changed between two texts, line by line, in the format of `diff -u`, which people and programs read everywhere.

/// The shortest way from one text to another in lines taken out and put in (Myers, "An O(ND) Difference Algorithm and Its Variations").
package struct LineDiff {
  /// What happens to a line: it stands at that place in the old text, in the new one, or in both.
  fileprivate enum Edit {
    case keep(old: Int, new: Int)
    case remove(old: Int, new: Int)
    case insert(old: Int, new: Int)
  }

  fileprivate typealias Line = ArraySlice<UInt8>

  /// Beyond this many lines taken out and put in the search would cost more than its result is worth: the middle is then replaced as a
  /// whole. The search takes time and memory with its square, 8 MB at this bound.
  private static let maximumEdits = 1000
  /// How many unchanged lines are shown around a change.
  private static let context = 3

  private let old: [Line]
  private let new: [Line]
  private let edits: [Edit]

  /// Compares two texts; lines end with a line feed.
  package init(from old: String, to new: String) {
    self.old = Self.lines(of: old)
    self.new = Self.lines(of: new)
    edits = Self.edits(from: self.old, to: self.new)
  }

  /// The changes with three lines around each; empty when there are none.
  package func unified(from oldName: String, to newName: String) -> String {
    let hunks = hunks
    guard !hunks.isEmpty else { return "" }
    var text = Array("--- \(oldName)\n+++ \(newName)\n".utf8)
    for hunk in hunks { append(edits[hunk], to: &text) }
    return String(decoding: text, as: UTF8.self)
  }

  /// Runs of edits that are shown together.
  private var hunks: [Range<Int>] {
    var hunks: [Range<Int>] = []
    for (index, edit) in edits.enumerated() where !edit.keeps {
      let shown = max(0, index - Self.context)..<min(edits.count, index + Self.context + 1)
      if let last = hunks.last, last.upperBound >= shown.lowerBound {
        hunks[hunks.count - 1] = last.lowerBound..<shown.upperBound
      } else {
        hunks.append(shown)
      }
    }
    return hunks
  }

  private func append(_ hunk: ArraySlice<Edit>, to text: inout [UInt8]) {
    guard let first = hunk.first else { return }
    let removed = hunk.count { if case .insert = $0 { false } else { true } }
    let inserted = hunk.count { if case .remove = $0 { false } else { true } }
    text += "@@ -\(Self.range(first.place.old, removed)) +\(Self.range(first.place.new, inserted)) @@\n".utf8
    for edit in hunk {
      switch edit {
      case .keep(let old, _): append(" ", self.old[old], to: &text)
      case .remove(let old, _): append("-", self.old[old], to: &text)
      case .insert(_, let new): append("+", self.new[new], to: &text)
      }
    }
  }

  private func append(_ mark: String, _ line: Line, to text: inout [UInt8]) {
    text += mark.utf8
    text += line
    if line.last != UInt8(ascii: "\n") { text += "\n\\ No newline at end of file\n".utf8 }
  }

  /// A place as `diff -u` writes it: lines count from 1, and an empty range names the line before it.
  private static func range(_ start: Int, _ count: Int) -> String {
    count == 1 ? "\(start + 1)" : "\(count == 0 ? start : start + 1),\(count)"
  }

  private static func lines(of text: String) -> [Line] {
    let bytes = Array(text.utf8)
    var lines: [Line] = []
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
      lines.append(bytes[start..<end])
      start = end
    }
    return lines
  }
}

extension LineDiff {
  private static func edits(from old: [Line], to new: [Line]) -> [Edit] {
    let head = zip(old, new).prefix { $0 == $1 }.count
    let tail = zip(old.dropFirst(head).reversed(), new.dropFirst(head).reversed()).prefix { $0 == $1 }.count
    let middle = Middle(old: Array(old[head..<(old.count - tail)]), new: Array(new[head..<(new.count - tail)]))
    let before = (0..<head).map { Edit.keep(old: $0, new: $0) }
    let after = (0..<tail).map { Edit.keep(old: old.count - tail + $0, new: new.count - tail + $0) }
    return before + middle.edits(limit: maximumEdits).map { $0.moved(by: head) } + after
  }

  /// The part between the common beginning and the common end.
  private struct Middle {
    let old: [Int]
    let new: [Int]

    /// Each distinct line becomes a number, so that comparing two costs nothing.
    init(old: [Line], new: [Line]) {
      var numbers: [Line: Int] = [:]
      func number(_ line: Line) -> Int {
        let known = numbers[line] ?? numbers.count
        numbers[line] = known
        return known
      }
      self.old = old.map(number)
      self.new = new.map(number)
    }

    func edits(limit: Int) -> [Edit] {
      guard let rounds = search(limit: limit) else { return replacement }
      return path(through: rounds)
    }

    /// Everything out, everything in.
    private var replacement: [Edit] {
      old.indices.map { Edit.remove(old: $0, new: 0) } + new.indices.map { Edit.insert(old: old.count, new: $0) }
    }

    /// For each number of edits the furthest place in the old text on each diagonal -edits...edits; `nil` when `limit` does not do.
    private func search(limit: Int) -> [[Int]]? {
      var rounds: [[Int]] = []
      for count in 0...max(0, min(limit, old.count + new.count)) {
        var furthest = [Int](repeating: 0, count: 2 * count + 1)
        for diagonal in stride(from: -count, through: count, by: 2) {
          var place = count == 0 ? 0 : Self.step(to: diagonal, rounds[count - 1]).place
          while place < old.count, place - diagonal < new.count, old[place] == new[place - diagonal] { place += 1 }
          furthest[diagonal + count] = place
          if place == old.count, place - diagonal == new.count {
            rounds.append(furthest)
            return rounds
          }
        }
        rounds.append(furthest)
      }
      return nil
    }

    /// How a diagonal is reached from the round before: by taking a line out or by putting one in, whichever leads further.
    private static func step(to diagonal: Int, _ round: [Int]) -> (place: Int, isRemoval: Bool) {
      let reach = (round.count - 1) / 2
      let left = diagonal - 1 >= -reach ? round[diagonal - 1 + reach] + 1 : -1
      let right = diagonal + 1 <= reach ? round[diagonal + 1 + reach] : -1
      return left > right ? (left, true) : (right, false)
    }

    private func path(through rounds: [[Int]]) -> [Edit] {
      var edits: [Edit] = []
      var (x, y) = (old.count, new.count)
      for count in stride(from: rounds.count - 1, through: 0, by: -1) {
        let (start, isRemoval) = count == 0 ? (0, false) : Self.step(to: x - y, rounds[count - 1])
        while x > start {
          (x, y) = (x - 1, y - 1)
          edits.append(.keep(old: x, new: y))
        }
        guard count > 0 else { break }
        if isRemoval { x -= 1 } else { y -= 1 }
        edits.append(isRemoval ? .remove(old: x, new: y) : .insert(old: x, new: y))
      }
      return edits.reversed()
    }
  }
}

extension LineDiff.Edit {
  fileprivate var keeps: Bool { if case .keep = self { true } else { false } }

  fileprivate var place: (old: Int, new: Int) {
    switch self {
    case .keep(let old, let new), .remove(let old, let new), .insert(let old, let new): (old, new)
    }
  }

  fileprivate func moved(by lines: Int) -> Self {
    switch self {
    case .keep(let old, let new): .keep(old: old + lines, new: new + lines)
    case .remove(let old, let new): .remove(old: old + lines, new: new + lines)
    case .insert(let old, let new): .insert(old: old + lines, new: new + lines)
    }
  }
}
