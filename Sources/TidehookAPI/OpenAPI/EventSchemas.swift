// The schemas of events.

import TidehookCore

enum EventSchemas {
  static let all: [JSONValue.Member] = [
    .init("NewEvent", newEvent),
    .init(
      "Batch", ["type": "array", "minItems": 1, "maxItems": .integer(Int64(Batch.maximumCount)), "items": Schema.reference("NewEvent")]),
    .init(
      "Published",
      Schema.object([
        .init("id", Schema.string("The event's id.")), .init("deliveries", Schema.count("How many webhooks get it.")),
        .init("duplicate", ["type": "boolean", "description": "Whether the same event was published before."]),
      ])),
    .init(
      "BatchPublished",
      Schema.object([
        .init("accepted", Schema.count("New events.")), .init("duplicates", Schema.count("Events that were published before.")),
        .init("rejected", Schema.array(of: rejected)),
      ])),
    .init("Event", Schema.object(inputs.filter { $0.key != "type" } + outputs)),
    .init("EventPage", Schema.foundPage(of: "Event")), .init("EventUses", uses), .init("EventPaths", paths),
    .init("CloudEvent", cloudEvent),
  ]

  private static let uses = Schema.object(
    [("types", "event"), ("namespaces", "namespace")].map { name, member in
      let use = Schema.object([
        .init(member, Schema.string("The name.")), .init("last_id", Schema.string("The newest event.")), .init("last_at", Schema.time()),
      ])
      return .init(name, Schema.array(of: use))
    } + [.init("at_least", Schema.flag("Whether there may be more."))])

  private static let paths = Schema.object([
    .init("events", Schema.count("How many events were looked at.")),
    .init(
      "paths",
      Schema.array(
        of: Schema.object([
          .init("path", Schema.string("As Lua spells it: event.data.tags[1].")),
          .init("type", Schema.string("What stood there first.")), .init("types", Schema.array(of: ["type": "string"])),
          .init("count", Schema.count("In how many of the events.")), .init("example", ["description": "The first value, cut short."]),
        ]))),
  ])

  private static let outputs: [JSONValue.Member] = [
    .init("accepted_at", Schema.time()),
    .init("erased_at", Schema.time()),
    .init("trace_id", Schema.string("32 hexadecimal digits: the producer's, or one that begins here.")),
    .init("traceparent", Schema.string("The producer's, when there was a valid one.")),
    .init("tracestate", Schema.string("What came with it.", nullable: true)),
  ]

  private static let inputs: [JSONValue.Member] = [
    .init("id", Schema.string(EventID.expectation)), .init("event", Schema.string(EventType.expectation)),
    .init("type", Schema.string("Another name for event.")), .init("timestamp", Schema.time()),
    .init("namespace", Schema.string("data.namespace, else default, unless given.")), .init("data", ["type": "object"]),
    .init("cloudevent", Schema.anyObject("The attributes of the CloudEvent that it was published as.")),
  ]

  private static let cloudEvent: JSONValue = [
    "type": "object",
    "description": "A CloudEvent 1.0. Further members are extensions; namespace is Tidehook's.",
    "required": ["specversion", "id", "source", "type"],
    "properties": [
      "specversion": ["const": "1.0"], "id": Schema.string("Identifies the event together with source."),
      "source": Schema.string("A URI reference."), "type": Schema.string("Characters that event types cannot have become _."),
      "time": Schema.time(), "subject": Schema.string("What it is about."), "dataschema": Schema.string("A URI."),
      "datacontenttype": Schema.string("The media type of the data."), "data": ["description": "Any JSON."],
      "data_base64": Schema.string("Data that is no JSON."),
    ],
  ]

  /// Tidehook's own form, or Mem0's; both are understood wherever events are published.
  private static let newEvent: JSONValue = {
    let properties = inputs + [.init("event_details", Schema.anyObject("Mem0's form of an event, instead of event and data."))]
    let forms: JSONValue = [["required": ["event", "data"]], ["required": ["event_details"]]]
    return .object((Schema.object(properties).members ?? []) + [.init("anyOf", forms)])
  }()

  private static let rejected = Schema.object([
    .init("index", Schema.count("Its place in the batch, from 0.")), .init("error", Schema.reference("ErrorBody")),
  ])
}
