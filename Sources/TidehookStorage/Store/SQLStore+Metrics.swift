// What the store tells a monitoring system.

import Glibc
import Synchronization
public import TidehookCore

extension SQLStore: MetricSource {
  /// Commits, what waits for one, and how large the files are.
  public func metrics() async -> [MetricFamily] {
    let counted = writer.counts.snapshot
    let waiting = writer.waiting
    return [
      MetricFamily(.counter, "tidehook_store_commits_total", "Transactions that were committed.", Double(counted.commits)),
      MetricFamily(.counter, "tidehook_store_writes_total", "Writes that were committed; many share a transaction.", Double(counted.jobs)),
      .durations(
        "tidehook_store_commit_duration_seconds", "How long transactions took, from their begin until they were on disk.", counted.durations
      ),
      MetricFamily(.gauge, "tidehook_store_waiting_writes", "Writes that wait for a transaction.", Double(waiting.count)),
      MetricFamily(.gauge, "tidehook_store_waiting_bytes", "Roughly how much they write.", Double(waiting.weight)),
      MetricFamily(.gauge, "tidehook_store_size_bytes", "How large the store's files are.", fileSizes),
    ] + changes.withLock { $0.families } + readSteps
  }

  private var readSteps: [MetricFamily] {
    guard let steps = database.readSteps else { return [] }
    return [
      MetricFamily(
        .counter, "tidehook_store_read_steps_total", "Steps of SQLite's machine in reads, to the thousand: what lists and charts cost.",
        Double(steps))
    ]
  }

  private var fileSizes: [MetricFamily.Sample] {
    guard let path = folder?.databasePath else { return [] }
    return [("database", ""), ("log", "-wal")].compactMap { name, suffix in
      var status = stat()
      guard stat(path + suffix, &status) == 0 else { return nil }
      return MetricFamily.Sample(Double(status.st_size), [MetricFamily.Label("file", name)])
    }
  }
}
