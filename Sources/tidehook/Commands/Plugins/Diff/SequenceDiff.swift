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
    let width = after.count + 1
    var lengths = [Int](repeating: 0, count: (before.count + 1) * width)
    for row in (0..<before.count).reversed() {
      for column in (0..<after.count).reversed() {
        let isEqual = old[before.lowerBound + row] == new[after.lowerBound + column]
        lengths[row * width + column] =
          isEqual
          ? lengths[(row + 1) * width + column + 1] + 1 : max(lengths[(row + 1) * width + column], lengths[row * width + column + 1])
      }
    }
    var pairs: [(Int, Int)] = []
    var (row, column) = (0, 0)
    while row < before.count, column < after.count {
      if old[before.lowerBound + row] == new[after.lowerBound + column] {
        pairs.append((before.lowerBound + row, after.lowerBound + column))
        (row, column) = (row + 1, column + 1)
      } else if lengths[(row + 1) * width + column] >= lengths[row * width + column + 1] {
        row += 1
      } else {
        column += 1
      }
    }
    return pairs
  }
}
