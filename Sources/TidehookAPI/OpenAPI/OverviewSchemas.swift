// The schemas of the overview.

import TidehookCore

enum OverviewSchemas {
  static let all: [JSONValue.Member] = [
    .init(
      "Overview",
      Schema.object([
        .init("since", Schema.time()), .init("until", Schema.time()), .init("step_secs", Schema.count("The width of a step.")),
        .init("now", Schema.object(StatisticsSchemas.queue + [.init("oldest_pending", oldest)])),
        .init("total", Schema.object(StatisticsSchemas.counts)),
        .init("series", mainSeries),
        .init("webhooks", Schema.array(of: Schema.reference("OverviewWebhook"))),
        .init("webhook_count", Schema.count("How many webhooks there are.")),
        .init("compared", compared),
        .init("attention", Schema.array(of: Schema.reference("Attention"))),
        .init("attention_count", Schema.count("How much needs attention.")),
      ])),
    .init("OverviewWebhook", Schema.object(webhook)),
    .init(
      "Attention",
      Schema.object([
        .init("kind", Schema.choice(Attention.Kind.allCases.map(\.rawValue))),
        .init("id", Schema.string("The webhook or source, the plugin's name, or store.")),
        .init("name", Schema.string("What it is called.")),
        .init("since", Schema.time(nullable: true)), .init("count", Schema.count("How many, of what the kind says.")),
        .init("at_least", Schema.flag("Whether there may be more.")), .init("message", Schema.string("A sentence for people.")),
      ])),
  ]

  /// The time whose deliveries put webhooks in order; null where there are too many to compare.
  private static let compared: JSONValue = ["type": ["object", "null"], "properties": ["since": Schema.time(), "until": Schema.time()]]

  private static let oldest: JSONValue = [
    "type": ["object", "null"],
    "properties": [
      "webhook_id": Schema.string("Whose delivery has been due for longest, or will be due first."), "name": Schema.string("Its name."),
      "due_at": Schema.time(),
    ],
  ]

  private static let webhook: [JSONValue.Member] = [
    .init("id", Schema.string("wh_ and 26 characters.")), .init("name", Schema.string("What it is called.")),
    .init("url", Schema.string("Where deliveries go.")), .init("namespace", Schema.string("Whose events it gets.", nullable: true)),
    .init("active", Schema.flag("Whether it delivers.")), .init("disabled", Schema.anyObject("Why it is inactive.", nullable: true)),
    .init("failing", Schema.anyObject("Since when it fails.", nullable: true)),
    .init("breaker_state", Schema.choice(BreakerState.allCases.map(\.rawValue), nullable: true)),
    .init("breaker_since", Schema.time(nullable: true)), .init("backoff_until", Schema.time(nullable: true)),
    .init("rate_limited_until", Schema.time(nullable: true)),
    .init("now", StatisticsSchemas.standing), .init("total", Schema.object(StatisticsSchemas.counts)), .init("series", series),
  ]

  /// One number for each step from `since` on; `events` for the whole gateway alone, the times of deliveries are null where there were none.
  private static let mainSeries = Schema.object(
    ["events", "delivered", "filtered", "failed_attempts", "dead"].map { .init($0, Schema.array(of: ["type": "integer"])) }
      + [
        .init(
          "delivery_ms", Schema.object(["p50", "p95", "p99"].map { .init($0, Schema.array(of: ["type": ["number", "null"]])) }))
      ])

  private static let series = Schema.object(
    [.init("since", Schema.time()), .init("step_secs", Schema.count("The width of a step."))]
      + ["delivered", "failed_attempts", "dead"].map { .init($0, Schema.array(of: ["type": "integer"])) })
}
