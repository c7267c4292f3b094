// What the statistics tell a monitoring system: counts since the process began, and how the queues stand.

import Synchronization
public import TidehookCore

extension Statistics: MetricSource {
  /// Events, deliveries, attempts, and what waits. Webhooks are named as far as ``CountingBook/namedWebhooks`` goes; the rest is `other`.
  public func metrics() async -> [MetricFamily] {
    let standings = (try? await standings()) ?? nil
    let named = standings?.keys.sorted() ?? []
    let snapshot = book.withLock { book in
      for webhook in named { _ = book.name(webhook) }
      return book
    }
    // Merged here: deliveries are counted meanwhile.
    let book = snapshot.settled()
    return Self.counts(book) + Self.webhookCounts(book) + (standings.map { Self.queues($0, book, now: time.now()) } ?? [])
  }

  private static func counts(_ book: CountingBook) -> [MetricFamily] {
    let life = book.life
    let events = [("accepted", life.events), ("duplicate", book.duplicates), ("conflict", book.conflicts)]
    let failures = FailureKind.allCases.map { ($0.rawValue, life.failures[$0] ?? 0) }
    return [
      MetricFamily(
        .counter, "tidehook_events_total", "Events that were published, by what they turned out to be.", samples("result", events)),
      MetricFamily(
        .counter, "tidehook_deliveries_created_total", "Deliveries that were made, one for each event and webhook.", life.deliveries),
      MetricFamily(.counter, "tidehook_deliveries_total", "Deliveries that ended, by how.", samples("outcome", outcomes(life))),
      MetricFamily(.counter, "tidehook_attempts_total", "Attempts.", life.attempts),
      MetricFamily(.counter, "tidehook_attempt_failures_total", "Attempts that failed, by kind.", samples("kind", failures)),
      .durations(
        "tidehook_delivery_duration_seconds", "From publishing to the answer that delivered, replays left out.", life.deliveryTimes),
      .durations("tidehook_attempt_duration_seconds", "How long attempts took, pipelines included.", life.attemptTimes),
    ]
  }

  private static func webhookCounts(_ book: CountingBook) -> [MetricFamily] {
    let counts = book.webhooks.sorted { $0.key < $1.key }.map { ($0.key.description, $0.value) } + [(other, book.others)]
    let deliveries = counts.flatMap { webhook, counts in
      let outcomes = [("delivered", counts.delivered), ("filtered", counts.filtered), ("dead", counts.dead)]
      return outcomes.map { sample($0.1, ("webhook", webhook), ("outcome", $0.0)) }
    }
    let failures = counts.map { sample($0.1.failedAttempts, ("webhook", $0.0)) }
    return [
      MetricFamily(.counter, "tidehook_webhook_deliveries_total", "Deliveries of each webhook that ended, by how.", deliveries),
      MetricFamily(.counter, "tidehook_webhook_attempt_failures_total", "Attempts of each webhook that failed.", failures),
    ]
  }

  private static func queues(_ standings: [WebhookID: QueueStanding], _ book: CountingBook, now: Timestamp) -> [MetricFamily] {
    var (all, named) = (QueueStanding(), [String: QueueStanding]())
    for (webhook, standing) in standings {
      all.add(standing)
      named[book.webhooks[webhook] == nil ? other : webhook.description, default: QueueStanding()].add(standing)
    }
    let rows = named.sorted { $0.key < $1.key }
    let deliveries = rows.flatMap { webhook, standing in states(standing).map { sample($0.1, ("webhook", webhook), ("state", $0.0)) } }
    let lags = rows.map { MetricFamily.Sample(lag($0.value, now), [MetricFamily.Label("webhook", $0.key)]) }
    return [
      MetricFamily(.gauge, "tidehook_queue_deliveries", "Deliveries that are not done with, and dead ones.", samples("state", states(all))),
      MetricFamily(
        .gauge, "tidehook_queue_lag_seconds", "For how long the delivery has been due that has been due for longest.", lag(all, now)),
      MetricFamily(.gauge, "tidehook_webhook_queue_deliveries", "The same deliveries of each webhook that has any.", deliveries),
      MetricFamily(.gauge, "tidehook_webhook_queue_lag_seconds", "The same time of each webhook that has any.", lags),
    ]
  }

  private static let other = "other"

  private static func outcomes(_ tally: Tally) -> [(String, Int64)] {
    [("delivered", tally.delivered), ("filtered", tally.filtered), ("dead", tally.dead)]
  }

  private static func states(_ standing: QueueStanding) -> [(String, Int64)] {
    [("pending", standing.pending), ("retrying", standing.retrying), ("held", standing.held), ("dead", standing.dead)]
      .map { ($0.0, Int64($0.1)) }
  }

  private static func lag(_ standing: QueueStanding, _ now: Timestamp) -> Double {
    standing.firstDue.map { max(0, Double(now.microseconds) - Double($0.microseconds)) / 1e6 } ?? 0
  }

  private static func samples(_ label: String, _ values: [(String, Int64)]) -> [MetricFamily.Sample] {
    values.map { sample($0.1, (label, $0.0)) }
  }

  private static func sample(_ value: Int64, _ labels: (String, String)...) -> MetricFamily.Sample {
    MetricFamily.Sample(Double(value), labels.map { MetricFamily.Label($0.0, $0.1) })
  }
}

extension MetricFamily {
  fileprivate init(_ kind: Kind, _ name: String, _ help: String, _ value: Int64) { self.init(kind, name, help, Double(value)) }
}
