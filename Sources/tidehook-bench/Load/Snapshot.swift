// The counters at one moment; a window's result is the difference of two.

import Glibc

/// Counters and CPU times at one moment.
struct Snapshot {
  /// The moment, in nanoseconds of ``Monotonic``.
  let time = Monotonic.now
  private let accepted: Int
  private let received: Int
  private let gatewayCPU: Double
  private let ownCPU: Double
  private let machineCPU: Double

  /// Reads the counters.
  init(_ journal: Journal, gatewayCPU: Double) throws {
    accepted = journal.acceptedCount
    received = journal.receivedCount
    self.gatewayCPU = gatewayCPU
    ownCPU = Double(Monotonic.read(CLOCK_PROCESS_CPUTIME_ID)) / 1e9
    machineCPU = try Machine.busySeconds()
  }

  /// What happened between two moments.
  func result(since start: Snapshot, _ journal: Journal) -> LoadResult {
    let gatewayCPU = gatewayCPU - start.gatewayCPU
    let ownCPU = ownCPU - start.ownCPU
    let otherCPU = machineCPU - start.machineCPU - gatewayCPU - ownCPU
    return LoadResult(
      seconds: Double(time - start.time) / 1e9, accepted: accepted - start.accepted, received: received - start.received,
      gatewayCPU: gatewayCPU, ownCPU: ownCPU, otherCPU: max(0, otherCPU), latency: journal.latencies(),
      totalReceived: journal.receivedCount, totalPublished: journal.publishedCount, missing: journal.outstandingCount,
      duplicates: journal.duplicateCount)
  }
}
