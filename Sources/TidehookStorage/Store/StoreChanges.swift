// What a store erased and removed since it was opened, for its metrics.

import TidehookCore

/// Counts of what is gone.
struct StoreChanges: Sendable {
  /// Events whose content was erased.
  var erased = 0
  /// What the retention took.
  var removed = RemovedContent()

  /// The counts as metrics.
  var families: [MetricFamily] {
    let kinds = [
      ("event", removed.events), ("delivery", removed.deliveries), ("attempt", removed.attempts), ("request", removed.receipts),
    ]
    return [
      MetricFamily(.counter, "tidehook_store_erased_events_total", "Events whose content was erased.", Double(erased)),
      MetricFamily(
        .counter, "tidehook_store_removed_total", "What the retention removed.",
        kinds.map { MetricFamily.Sample(Double($0.1), [MetricFamily.Label("kind", $0.0)]) }),
      MetricFamily(
        .counter, "tidehook_store_expired_total", "Deliveries that were cancelled because they were held for too long.",
        Double(removed.expired)),
    ]
  }
}
