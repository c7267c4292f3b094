// Counts durations in buckets of a fixed logarithmic scale, so that counts of any two spans of time can be added.

/// Durations by size: each bucket ends at √2 times the end of the one before, from 250 µs to some six days, and one takes what is longer.
///
/// A quantile is in the same bucket as the truth: at most √2 times as much, or as little, from 250 µs on.
public struct LogHistogram: Sendable, Hashable {
  /// How many buckets there are.
  public static let size = 64
  /// The longest duration that each bucket takes, in microseconds; the last one has no end.
  public static let ends: [Int64] = (0..<size - 1).map { index in
    let octave = 250.0 * Double(1 << (index / 2))
    return Int64(index.isMultiple(of: 2) ? octave : octave * 2.squareRoot())
  }

  /// How many there are in each bucket, up to the last that has any.
  public private(set) var counts: [Int64] = []
  /// All durations together, in microseconds.
  public private(set) var sum: Int64 = 0

  /// Makes an empty histogram.
  public init() {}

  /// How many durations were counted.
  public var count: Int64 { counts.reduce(0) { $0.added($1) } }

  /// Counts a duration in microseconds; one below zero, of a clock that was set back, counts as zero.
  public mutating func add(_ microseconds: Int64) {
    let duration = max(0, microseconds)
    add(1, at: Self.bucket(of: duration))
    sum = sum.added(duration)
  }

  /// Adds what another one has counted.
  public mutating func add(_ other: LogHistogram) {
    for (index, count) in other.counts.enumerated() where count > 0 { add(count, at: index) }
    sum = sum.added(other.sum)
  }

  /// Adds counts to one bucket, as they were stored; a bucket that does not exist is left out.
  public mutating func add(_ count: Int64, at bucket: Int) {
    guard (0..<Self.size).contains(bucket), count > 0 else { return }
    if counts.count <= bucket { counts.append(contentsOf: repeatElement(0, count: bucket + 1 - counts.count)) }
    counts[bucket] = counts[bucket].added(count)
  }

  /// Adds to the sum, as it was stored.
  public mutating func addSum(_ microseconds: Int64) { sum = sum.added(max(0, microseconds)) }

  /// The duration that this share of them does not exceed, in microseconds, estimated within its bucket; `nil` when there are none.
  /// - Parameter share: 0...1.
  public func quantile(_ share: Double) -> Double? {
    let total = count
    guard total > 0 else { return nil }
    let rank = max(1, (Double(total) * min(1, max(0, share))).rounded(.up))
    var below = 0.0
    for (index, count) in counts.enumerated() where count > 0 {
      guard below + Double(count) < rank else { return Self.value(in: index, at: (rank - below) / Double(count)) }
      below += Double(count)
    }
    return nil
  }

  /// All durations together by their number, in microseconds; `nil` when there are none.
  public var mean: Double? {
    let total = count
    return total > 0 ? Double(sum) / Double(total) : nil
  }

  static func bucket(of microseconds: Int64) -> Int {
    var (low, high) = (0, size - 1)
    while low < high {
      let middle = (low + high) / 2
      if microseconds <= ends[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The value at a share of a bucket, whose durations are taken to be spread evenly.
  private static func value(in bucket: Int, at share: Double) -> Double {
    let low = bucket == 0 ? 0 : Double(ends[bucket - 1])
    return bucket < ends.count ? low + (Double(ends[bucket]) - low) * share : low
  }
}

extension Int64 {
  /// The sum, or the largest number when that is larger: counters stand still, they never trap.
  func added(_ other: Int64) -> Int64 {
    let (sum, isOverflown) = addingReportingOverflow(other)
    return isOverflown ? .max : sum
  }
}
