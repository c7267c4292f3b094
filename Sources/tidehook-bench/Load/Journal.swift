// What was published and what arrived, by sequence number, in memory that is set aside before the clock starts.

/// The book of one load phase. It is used by one thread only.
final class Journal {
  /// Sequence numbers that it has room for: 200 s at 100 000 events/s. Untouched pages cost nothing.
  static let capacity = 20_000_000

  private let scheduled = UnsafeMutablePointer<UInt64>.allocate(capacity: Journal.capacity)
  private let receipts = UnsafeMutablePointer<UInt8>.allocate(capacity: Journal.capacity)
  private let samples = UnsafeMutablePointer<UInt32>.allocate(capacity: Journal.capacity)
  private var sampleCount = 0
  private var firstSequence = 0
  private var copies = 0

  /// The next event's sequence number.
  private(set) var nextSequence = 0
  /// Events answered 202 in this phase.
  private(set) var acceptedCount = 0
  /// Deliveries that arrived in this phase, each counted once.
  private(set) var receivedCount = 0
  /// Deliveries that arrived more often than the number of webhooks explains.
  private(set) var duplicateCount = 0
  /// Deliveries published but not yet received.
  private(set) var outstandingCount = 0
  /// Latencies are kept of events scheduled from here on, in nanoseconds.
  var windowStart = UInt64.max
  /// Latencies are kept of events scheduled before this time.
  var windowEnd = UInt64.max

  deinit {
    scheduled.deallocate()
    receipts.deallocate()
    samples.deallocate()
  }

  /// Events published in this phase.
  var publishedCount: Int { nextSequence - firstSequence }

  /// Starts a phase in which each event is to arrive `copies` times; what arrives of earlier phases no longer counts.
  func beginPhase(copies: Int) {
    self.copies = copies
    firstSequence = nextSequence
    (acceptedCount, receivedCount, duplicateCount, outstandingCount, sampleCount) = (0, 0, 0, 0, 0)
    (windowStart, windowEnd) = (.max, .max)
  }

  /// Whether there is room for that many more events.
  func hasRoom(for count: Int) -> Bool { nextSequence + count <= Self.capacity }

  /// Hands out sequence numbers for events that were to be sent at `time`.
  /// - Returns: the first of them.
  func publish(_ count: Int, scheduledAt time: UInt64) -> Int {
    let first = nextSequence
    for sequence in first..<(first + count) {
      scheduled[sequence] = time
      receipts[sequence] = 0
    }
    nextSequence += count
    outstandingCount += count * copies
    return first
  }

  /// Notes that events were answered 202.
  func accept(_ count: Int) {
    acceptedCount += count
  }

  /// Notes that a delivery arrived.
  func receive(_ sequence: Int, at time: UInt64) {
    guard sequence >= firstSequence, sequence < nextSequence else { return }
    guard Int(receipts[sequence]) < copies else {
      duplicateCount += 1
      return
    }
    receipts[sequence] += 1
    receivedCount += 1
    outstandingCount -= 1
    let start = scheduled[sequence]
    guard start >= windowStart, start < windowEnd, sampleCount < Self.capacity else { return }
    samples[sampleCount] = UInt32(truncatingIfNeeded: (time &- start) / 1000)
    sampleCount += 1
  }

  /// The latencies of this phase's window.
  func latencies() -> LatencySummary? {
    LatencySummary(microseconds: Array(UnsafeBufferPointer(start: samples, count: sampleCount)))
  }
}

/// Percentiles of latencies, in microseconds.
struct LatencySummary: Sendable {
  let p50: UInt32
  let p95: UInt32
  let p99: UInt32
  let maximum: UInt32
  let count: Int

  /// Sorts the samples; `nil` when there are none.
  init?(microseconds samples: [UInt32]) {
    guard !samples.isEmpty else { return nil }
    let sorted = samples.sorted()
    func rank(_ fraction: Double) -> UInt32 { sorted[min(sorted.count - 1, Int(fraction * Double(sorted.count)))] }
    (p50, p95, p99, maximum, count) = (rank(0.50), rank(0.95), rank(0.99), sorted[sorted.count - 1], sorted.count)
  }
}
