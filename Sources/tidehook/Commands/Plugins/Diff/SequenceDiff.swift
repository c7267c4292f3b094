// Finds what two sequences have in common.

/// The longest common subsequence, as steps from one sequence to the other.
enum SequenceDiff {
  /// A step.
  enum Step {
    /// An element that both have, by its index in each.
    case keep(Int, Int)
    /// Elements of the old sequence in whose place those of the new one stand; one of the ranges may be empty.
    case replace(Range<Int>, Range<Int>)
  }

  /// Sequences whose differing parts span more pairs than this are not compared any closer: a screen full is what people read.
  private static let maximumPairs = 250_000

  /// The steps, in order.
  static func steps<Element: Equatable>(from old: [Element], to new: [Element]) -> [Step] {
    let head = zip(old, new).prefix { $0 == $1 }.count
    let tail = zip(old.dropFirst(head).reversed(), new.dropFirst(head).reversed()).prefix { $0 == $1 }.count
    let before = head..<(old.count - tail)
    let after = head..<(new.count - tail)
    let ending = (0..<tail).map { (before.upperBound + $0, after.upperBound + $0) }
    let kept = (0..<head).map { ($0, $0) } + common(old, before, new, after) + ending
    var steps: [Step] = []
    var (left, right) = (0, 0)
    for (oldIndex, newIndex) in kept + [(old.count, new.count)] {
      if left < oldIndex || right < newIndex { steps.append(.replace(left..<oldIndex, right..<newIndex)) }
      if oldIndex < old.count { steps.append(.keep(oldIndex, newIndex)) }
      (left, right) = (oldIndex + 1, newIndex + 1)
    }
    return steps
  }

  /// The pairs of equal elements in the ranges that make the longest common subsequence.
  private static func common<Element: Equatable>(
    _ old: [Element], _ before: Range<Int>, _ new: [Element], _ after: Range<Int>
  ) -> [(Int, Int)] {
    guard !before.isEmpty, !after.isEmpty, before.count * after.count <= maximumPairs else { return [] }
    var (removed, inserted): (Set<Int>, Set<Int>) = ([], [])
    for change in new[after].difference(from: old[before]) {
      switch change {
      case .remove(let offset, _, _): removed.insert(before.lowerBound + offset)
      case .insert(let offset, _, _): inserted.insert(after.lowerBound + offset)
      }
    }
    return Array(zip(before.filter { !removed.contains($0) }, after.filter { !inserted.contains($0) }))
  }
}
