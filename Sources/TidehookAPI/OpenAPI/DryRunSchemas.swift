// The schemas of dry runs.

import TidehookCore

enum DryRunSchemas {
  static let all: [JSONValue.Member] = [
    .init("DryRun", Schema.object(input)),
    .init(
      "DryRunReport",
      Schema.object([.init("results", Schema.array(of: Schema.reference("DryRunResult"))), .init("summary", summary)])),
    .init("DryRunResult", Schema.object(result)),
    .init("DryRunStage", Schema.object(stage)),
  ]

  private static let input: [JSONValue.Member] =
    own
    + WebhookSchemas.inputs.filter { member in
      ["pipeline", "script", "url", "headers", "name", "events", "namespace"].contains(member.key)
    }

  private static let own: [JSONValue.Member] = [
    .init("webhook", Schema.string("The id of the webhook to try; the other fields of a webhook replace what is stored.")),
    .init("event", Schema.reference("NewEvent")), .init("event_id", Schema.string("A stored event.")),
    .init(
      "last",
      [
        "type": "integer", "minimum": 1, "maximum": .integer(Int64(DryRunRequest.maximumEvents)),
        "description": "How many of the newest stored events that the webhook wants.",
      ]),
  ]

  private static let result: [JSONValue.Member] = [
    .init("event_id", Schema.string("The event.")), .init("event", Schema.string("Its type.")),
    .init("outcome", Schema.choice(["delivered", "filtered", "error"])),
    .init("stage", ["type": ["integer", "null"], "description": "Which stage dropped the event or failed, from 0."]),
    .init("reason", Schema.string("Why it was dropped.", nullable: true)),
    .init("failure", Schema.choice(FailureKind.allCases.map(\.rawValue), nullable: true)),
    .init("error", Schema.string("What failed.", nullable: true)), .init("request", DeliverySchemas.request),
    .init("stages", Schema.array(of: Schema.reference("DryRunStage"))),
    .init("body_omitted", Schema.flag("Whether the bodies of the stages were left out: they took more than 2 MiB.")),
  ]

  private static let stage: [JSONValue.Member] = [
    .init("stage", Schema.count("Its place, from 0.")), .init("name", Schema.string("What errors call it.")),
    .init("plugin", Schema.string("The plugin that ran.", nullable: true)),
    .init("revision", ["type": ["integer", "null"], "description": "Which content of the plugin."]),
    .init("decision", Schema.choice(["passed", "dropped", "error"])), .init("reason", Schema.string("Why it was dropped.", nullable: true)),
    .init("error", error),
    .init("body", Schema.string("What it made; null when it left its input as it was.", nullable: true)),
    .init("body_base64", Schema.string("The body, when it is no UTF-8.")), .init("log", Schema.string("What it printed.")),
    .init("instructions", Schema.count("Instructions, and steps of library functions.")),
    .init("cpu_us", Schema.count("CPU time in microseconds.")), .init("memory_bytes", Schema.count("Most memory that it held.")),
  ]

  private static let error: JSONValue = [
    "type": ["object", "null"],
    "properties": ["message": ["type": "string"], "line": ["type": ["integer", "null"]], "traceback": ["type": "string"]],
  ]

  private static let summary = Schema.object([
    .init("events", Schema.count("How many were run.")), .init("delivered", Schema.count("How many would have been sent.")),
    .init("filtered", Schema.count("How many were dropped.")), .init("errors", Schema.count("How many failed.")),
    .init(
      "reasons", ["type": "object", "additionalProperties": ["type": "integer"], "description": "How many were dropped for each reason."]),
    .init("stopped", Schema.choice(DryRunReport.Stop.allCases.map(\.rawValue), nullable: true)),
  ])
}
