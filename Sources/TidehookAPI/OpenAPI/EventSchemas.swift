// The schemas of events.

import TidehookCore

enum EventSchemas {
  static let all: [JSONValue.Member] = [
    .init("NewEvent", Schema.object(inputs, required: ["event", "data"])),
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
    .init("Event", Schema.object(inputs.filter { $0.key != "type" } + [.init("accepted_at", Schema.time())])),
    .init("EventPage", Schema.page(of: "Event")),
  ]

  private static let inputs: [JSONValue.Member] = [
    .init("id", Schema.string(EventID.expectation)), .init("event", Schema.string(EventType.expectation)),
    .init("type", Schema.string("Another name for event.")), .init("timestamp", Schema.time()),
    .init("namespace", Schema.string("data.namespace, else default, unless given.")), .init("data", ["type": "object"]),
  ]

  private static let rejected = Schema.object([
    .init("index", Schema.count("Its place in the batch, from 0.")), .init("error", Schema.reference("ErrorBody")),
  ])
}
