// Statistics as answers show them.

import TidehookCore

extension JSONWriter {
  /// Writes `{since, until, step_secs, now, total, points}`.
  mutating func statistics(_ report: StatisticsReport) {
    beginObject()
    members(of: report)
    points(of: report)
    endObject()
  }

  /// Writes the members of a report, but for its steps.
  /// - Parameter more: writes further members of `now`.
  mutating func members(of report: StatisticsReport, _ more: (inout JSONWriter) -> Void = { _ in }) {
    key("since")
    string(Self.time(report.range.start))
    key("until")
    string(Self.time(report.range.end))
    key("step_secs")
    integer(report.range.width)
    key("now")
    beginObject()
    members(of: report.queue, inFlight: report.inFlight)
    more(&self)
    endObject()
    key("total")
    beginObject()
    members(of: report.total, withEvents: report.countsEvents)
    endObject()
  }

  private mutating func points(of report: StatisticsReport) {
    key("points")
    beginArray()
    for point in report.points {
      beginObject()
      key("at")
      string(Self.time(point.start))
      members(of: point.tally, withEvents: report.countsEvents)
      endObject()
    }
    endArray()
  }

  /// Writes the members of how a queue stands.
  mutating func members(of queue: QueueStanding, inFlight: Int) {
    for (name, count) in [
      ("pending", queue.pending), ("retrying", queue.retrying), ("held", queue.held), ("dead", queue.dead), ("in_flight", inFlight),
    ] {
      key(name)
      integer(count)
    }
    key("first_due_at")
    optional(queue.firstDue?.rfc3339)
  }

  /// Writes the members of a tally.
  mutating func members(of tally: Tally, withEvents: Bool) {
    let counts = [
      ("deliveries", tally.deliveries), ("delivered", tally.delivered), ("filtered", tally.filtered), ("dead", tally.dead),
      ("attempts", tally.attempts), ("failed_attempts", tally.failedAttempts),
    ]
    for (name, count) in (withEvents ? [("events", tally.events)] : []) + counts {
      key(name)
      integer(count)
    }
    key("success_rate")
    if let rate = tally.successRate { number(rate) } else { null() }
    key("failures")
    beginObject()
    for (kind, count) in tally.failures.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      key(kind.rawValue)
      integer(count)
    }
    endObject()
    key("delivery_ms")
    durations(tally.deliveryTimes)
    key("attempt_ms")
    durations(tally.attemptTimes)
  }

  private mutating func durations(_ durations: LogHistogram) {
    guard let mean = durations.mean else { return null() }
    beginObject()
    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)] {
      key(name)
      number(Self.milliseconds(durations.quantile(share) ?? 0))
    }
    key("mean")
    number(Self.milliseconds(mean))
    endObject()
  }

  /// Milliseconds with the microseconds behind the point.
  static func milliseconds(_ microseconds: Double) -> Double { microseconds.rounded() / 1000 }

  /// A second since 1970 as a text.
  static func time(_ seconds: Int64) -> String {
    let (microseconds, isOverflown) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return Timestamp(microseconds: isOverflown ? (seconds < 0 ? .min : .max) : microseconds).rfc3339
  }
}
