// The schemas of statistics.

import TidehookCore

enum StatisticsSchemas {
  static let all: [JSONValue.Member] = [
    .init(
      "Statistics",
      Schema.object([
        .init("since", Schema.time()), .init("until", Schema.time()), .init("step_secs", Schema.count("The width of a step.")),
        .init("now", standing), .init("total", Schema.object(counts)),
        .init("points", Schema.array(of: Schema.object([.init("at", Schema.time())] + counts))),
      ])),
    .init("MetricsText", ["type": "string", "description": "Metrics in Prometheus' text format 0.0.4."]),
  ]

  static let standing = Schema.object(queue)

  /// How a queue stands.
  static let queue: [JSONValue.Member] = [
    .init("pending", Schema.count("Wait for their first try, or are under way with it.")),
    .init("retrying", Schema.count("Wait for another try, or are under way with it.")),
    .init("held", Schema.count("Their webhook is inactive.")), .init("dead", Schema.count("No try is left.")),
    .init("in_flight", Schema.count("Requests under way.")), .init("first_due_at", Schema.time(nullable: true)),
  ]

  /// What was counted.
  static let counts: [JSONValue.Member] = [
    .init("events", Schema.count("Events that were accepted; only of the whole gateway.")),
    .init("deliveries", Schema.count("Deliveries that were made.")), .init("delivered", Schema.count("Ended with success.")),
    .init("filtered", Schema.count("Dropped by the pipeline.")), .init("dead", Schema.count("Ended without success.")),
    .init("attempts", Schema.count("Attempts.")), .init("failed_attempts", Schema.count("Attempts that failed.")),
    .init("success_rate", ["type": ["number", "null"], "description": "delivered by delivered and dead."]),
    .init(
      "failures",
      [
        "type": "object", "propertyNames": Schema.choice(FailureKind.allCases.map(\.rawValue)), "additionalProperties": ["type": "integer"],
        "description": "Failed attempts by what they failed of.",
      ]),
    .init("delivery_ms", durations), .init("attempt_ms", durations),
  ]

  private static let durations: JSONValue = [
    "type": ["object", "null"],
    "properties": .object(["p50", "p90", "p95", "p99", "mean"].map { .init($0, ["type": "number"]) }),
  ]
}
