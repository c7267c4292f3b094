// The schemas of replays that run as jobs.

import TidehookCore

enum ReplaySchemas {
  static let all: [JSONValue.Member] = [
    .init(
      "NewReplay",
      Schema.object(
        [
          .init("webhook", Schema.string("Only deliveries of this webhook; required for missing ones.")),
          .init("error", Schema.string("Only deliveries whose reason or last failure contains this text.")),
          .init("failure", Schema.choice(FailureKind.allCases.map(\.rawValue))),
          .init(
            "all",
            [
              "type": "boolean", "default": false,
              "description": "Must be true when no filter is given: everything that is dead, as far as the key may see it.",
            ]),
        ] + common(missing: false))),
    .init("Recovery", Schema.object(common(missing: true), required: ["since"])),
    .init("ReplayJob", Schema.object(job)),
    .init("ReplayPreview", Schema.object(preview)),
    .init("ReplayOrPreview", ["oneOf": [Schema.reference("ReplayJob"), Schema.reference("ReplayPreview")]]),
    .init("ReplayPage", Schema.page(of: "ReplayJob")),
  ]

  private static let states = Schema.array(of: Schema.choice(ReplayRequest.replayableStates.map(\.rawValue)))
  private static let versions = Schema.choice(ReplayedVersions.named.map(\.rawValue))
  private static let rate = Schema.integer(
    ReplayRequest.rates.lowerBound, ReplayRequest.rates.upperBound, default: Int64(ReplayRequest.defaultRate))

  private static func common(missing: Bool) -> [JSONValue.Member] {
    [
      .init("states", states), .init("types", Schema.array(of: Schema.string("An event type, memory.* or *."))),
      .init("namespace", Schema.string("Only events in this namespace.")),
      .init("since", Schema.string("Only from this time on: RFC 3339, or how long ago like 30m.")),
      .init("until", Schema.string("Only before this time, written likewise.")),
      .init(
        "missing",
        [
          "type": "boolean", "default": .bool(missing),
          "description": "Whether events that the webhook wants now and that have no delivery for it get one.",
        ]),
      .init("revision", versions), .init("rate", rate),
      .init("dry_run", Schema.flag("Whether to count only, and do nothing.")),
    ]
  }

  private static let job: [JSONValue.Member] = [
    .init("id", Schema.string("rpl_ and 26 characters.")), .init("state", Schema.choice(ReplayState.allCases.map(\.rawValue))),
    .init("waiting", Schema.string("What keeps it from going on.", nullable: true)),
    .init("total", ["type": ["integer", "null"], "description": "How many it found when it began; null while it counts."]),
    .init("replayed", Schema.count("Deliveries that it made due again.")),
    .init("created", Schema.count("Missing deliveries that it made.")),
    .init("skipped", Schema.count("Deliveries that changed at the same moment, or have no original to run.")),
    .init("webhook", Schema.string("Of which webhook.", nullable: true)), .init("states", states),
    .init("missing", Schema.flag("Whether it makes missing deliveries.")),
    .init("types", Schema.array(of: Schema.string("An event type, memory.* or *."))),
    .init("namespace", Schema.string("Of which namespace.", nullable: true)), .init("since", Schema.time(nullable: true)),
    .init("until", Schema.time(nullable: true)), .init("error", Schema.string("What the failure contains.", nullable: true)),
    .init("failure", Schema.choice(FailureKind.allCases.map(\.rawValue), nullable: true)),
    .init("revision", versions), .init("rate", rate), .init("made_by", Schema.string("The name of the key that asked.")),
    .init("created_at", Schema.time()), .init("updated_at", Schema.time()), .init("ended_at", Schema.time(nullable: true)),
  ]

  private static let preview: [JSONValue.Member] = [
    .init("dry_run", Schema.flag("True.")), .init("total", Schema.count("How many deliveries there would be in all.")),
    .init("deliveries", Schema.count("How many would be made due again.")),
    .init("missing_deliveries", Schema.count("How many missing ones would be made.")),
    .init("is_complete", Schema.flag("Whether everything was counted; else there may be more.")),
    .init("examples", Schema.array(of: Schema.object(example))),
  ]

  private static let example: [JSONValue.Member] = [
    .init("delivery_id", Schema.string("The delivery; null for a missing one.", nullable: true)),
    .init("event_id", Schema.string("The event.")),
    .init("event_type", Schema.string("Its type.")), .init("webhook_id", Schema.string("The webhook.")),
    .init("state", Schema.choice(DeliveryState.allCases.map(\.rawValue), nullable: true)),
    .init("reason", Schema.string("Why it ended as it did.", nullable: true)), .init("at", Schema.time()),
  ]
}
