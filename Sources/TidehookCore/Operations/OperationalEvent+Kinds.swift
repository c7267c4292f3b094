// What the operational events say; docs/operations.md has the same as a table.

extension OperationalEvent {
  /// Deliveries of a webhook died since the last such event: `delivery.dead`.
  /// - Parameter webhook: as it is now; `nil` when it was deleted meanwhile.
  public static func dead(_ report: DeathReport, of webhook: Webhook?) -> OperationalEvent {
    let failures = report.failures.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .integer(Int64($0.value))) }
    return OperationalEvent(
      "delivery.dead",
      [
        "webhook": .string(report.webhook.description), "name": webhook.map { .string($0.name) } ?? .null,
        "namespace": .name(webhook?.namespace), "count": .integer(Int64(report.count)), "since": .string(report.first.rfc3339),
        "until": .string(report.last.rfc3339), "failures": .object(failures), "examples": .array(report.examples.map(example)),
      ])
  }

  private static func example(_ delivery: DeadDelivery) -> JSONValue {
    [
      "delivery": .string(delivery.id.description), "event_id": .string(delivery.event.rawValue), "event": .string(delivery.type.name),
      "failure": delivery.failure.map { .string($0.kind.rawValue) } ?? .null,
      "error": delivery.failure.map { .string($0.outline.firstLine) } ?? .null,
    ]
  }

  /// A webhook became inactive though nobody asked for it: `webhook.disabled`.
  public static func disabled(_ webhook: Webhook, _ disablement: Disablement, _ health: WebhookHealth) -> OperationalEvent {
    OperationalEvent(
      "webhook.disabled",
      .object(
        about(webhook) + [
          .init("reason", .string(disablement.cause.rawValue)), .init("message", .string(disablement.message)),
          .init("disabled_at", .string(disablement.at.rfc3339)),
        ] + streak(health)))
  }

  /// A webhook has had nothing but failures for a good part of the time after which it is made inactive: `webhook.failing`.
  public static func failing(_ webhook: Webhook, _ health: WebhookHealth, rule: AutoDisable) -> OperationalEvent {
    let end = health.disablesAt(rule).map { JSONValue.string($0.rfc3339) } ?? .null
    return OperationalEvent(
      "webhook.failing",
      .object(
        about(webhook) + [.init("progress", .double(health.told.share))] + streak(health) + [
          .init("disables_at", end), .init("min_failures", .integer(Int64(rule.minFailures))),
        ]))
  }

  /// A delivery succeeded after `webhook.failing` or `webhook.disabled`: `webhook.recovered`.
  /// - Parameter health: what it was until then; what came before a resume is told, too.
  public static func recovered(_ webhook: Webhook, after health: WebhookHealth, at now: Timestamp) -> OperationalEvent {
    OperationalEvent(
      "webhook.recovered", .object(about(webhook) + [.init("recovered_at", .string(now.rfc3339))] + streak(health.whole)))
  }

  /// The disk of the data folder has little space left: `store.low_space`.
  public static func lowSpace(_ space: DiskSpace) -> OperationalEvent {
    OperationalEvent(
      "store.low_space",
      [
        "free_bytes": .integer(space.freeBytes), "total_bytes": .integer(space.totalBytes), "threshold_bytes": .integer(space.threshold),
      ])
  }

  /// It has enough again: `store.recovered`.
  public static func storeRecovered(_ space: DiskSpace, since: Timestamp) -> OperationalEvent {
    OperationalEvent(
      "store.recovered",
      [
        "free_bytes": .integer(space.freeBytes), "total_bytes": .integer(space.totalBytes), "low_since": .string(since.rfc3339),
      ])
  }

  /// The database is larger than its limit, and has been for long or has nothing left that ended: `store.over_limit`.
  public static func overLimit(usedBytes: Int64, limit: Int64) -> OperationalEvent {
    OperationalEvent("store.over_limit", ["used_bytes": .integer(usedBytes), "max_database_bytes": .integer(limit)])
  }

  private static func about(_ webhook: Webhook) -> [JSONValue.Member] {
    [
      .init("webhook", .string(webhook.id.description)), .init("name", .string(webhook.name)),
      .init("namespace", .name(webhook.namespace)),
    ]
  }

  private static func streak(_ health: WebhookHealth) -> [JSONValue.Member] {
    streak(WebhookHealth.Streak(since: health.failingSince, failures: health.failures, lastError: health.lastError))
  }

  private static func streak(_ streak: WebhookHealth.Streak) -> [JSONValue.Member] {
    [
      .init("failing_since", streak.since.map { .string($0.rfc3339) } ?? .null),
      .init("failures", .integer(Int64(streak.failures))), .init("error", streak.lastError.map { .string($0) } ?? .null),
    ]
  }
}

extension JSONValue {
  fileprivate static func name(_ namespace: Namespace?) -> JSONValue { namespace.map { .string($0.name) } ?? .null }
}

extension String {
  /// The first line, at most 300 characters of it: tracebacks are for the attempt.
  package var firstLine: String {
    String(String.UnicodeScalarView(unicodeScalars.prefix { $0 != "\n" && $0 != "\r" }.prefix(300)))
  }
}
