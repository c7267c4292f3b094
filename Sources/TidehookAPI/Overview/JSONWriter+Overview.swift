// The overview as answers show it.

import TidehookCore

extension JSONWriter {
  /// Writes `{since, until, step_secs, now, total, series, webhooks, webhook_count, compared, attention, attention_count}`.
  mutating func overview(_ report: OverviewReport) {
    beginObject()
    members(of: report.statistics) { json in json.oldest(report.oldest) }
    series(of: report.statistics)
    key("webhooks")
    beginArray()
    for row in report.rows { self.row(row, in: report.fewSteps) }
    endArray()
    key("webhook_count")
    integer(report.webhookCount)
    compared(report.compared)
    key("attention")
    beginArray()
    for one in report.attention { attention(one) }
    endArray()
    key("attention_count")
    integer(report.attentionCount)
    endObject()
  }

  /// Writes what charts show: one number for each step, so that no name is said more than once.
  private mutating func series(of report: StatisticsReport) {
    key("series")
    beginObject()
    let counts: [(String, (Tally) -> Int64)] = [
      ("delivered", \.delivered), ("filtered", \.filtered), ("failed_attempts", \.failedAttempts), ("dead", \.dead),
    ]
    for (name, count) in (report.countsEvents ? [("events", \.events)] : []) + counts {
      key(name)
      beginArray()
      for point in report.points { integer(count(point.tally)) }
      endArray()
    }
    key("delivery_ms")
    beginObject()
    for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
      key(name)
      beginArray()
      for point in report.points {
        if let time = point.tally.deliveryTimes.quantile(share) { number(Self.milliseconds(time)) } else { null() }
      }
      endArray()
    }
    endObject()
    endObject()
  }

  private mutating func compared(_ range: StatisticsRange?) {
    key("compared")
    guard let range else { return null() }
    beginObject()
    key("since")
    string(Self.time(range.start))
    key("until")
    string(Self.time(range.end))
    endObject()
  }

  private mutating func oldest(_ oldest: (webhook: Webhook, due: Timestamp)?) {
    key("oldest_pending")
    guard let oldest else { return null() }
    beginObject()
    key("webhook_id")
    string(oldest.webhook.id.description)
    key("name")
    string(oldest.webhook.name)
    key("due_at")
    string(oldest.due.rfc3339)
    endObject()
  }

  private mutating func row(_ row: OverviewReport.Row, in range: StatisticsRange) {
    let webhook = row.webhook
    beginObject()
    key("id")
    string(webhook.id.description)
    key("name")
    string(webhook.name)
    key("url")
    string(webhook.url.description)
    key("namespace")
    optional(webhook.namespace?.name)
    key("active")
    bool(webhook.isActive)
    disablement(of: webhook)
    failing(row.standing)
    laneState(of: webhook)
    key("now")
    beginObject()
    members(of: row.queue, inFlight: row.inFlight)
    endObject()
    key("total")
    beginObject()
    members(of: row.total, withEvents: false)
    endObject()
    series(row.tallies, in: range)
    endObject()
  }

  /// Writes what a small chart shows: one number for each step.
  private mutating func series(_ tallies: [Int64: Tally], in range: StatisticsRange) {
    key("series")
    beginObject()
    key("since")
    string(Self.time(range.start))
    key("step_secs")
    integer(range.width)
    let counts: [(String, (Tally) -> Int64)] = [
      ("delivered", \.delivered), ("failed_attempts", \.failedAttempts), ("dead", \.dead),
    ]
    for (name, count) in counts {
      key(name)
      beginArray()
      for start in range.starts { integer(tallies[start].map(count) ?? 0) }
      endArray()
    }
    endObject()
  }

  private mutating func attention(_ one: Attention) {
    beginObject()
    key("kind")
    string(one.kind.rawValue)
    key("id")
    string(one.id)
    key("name")
    string(one.name)
    key("since")
    optional(one.since?.rfc3339)
    key("count")
    integer(one.count)
    key("at_least")
    bool(one.isAtLeast)
    key("message")
    string(one.message)
    endObject()
  }
}
