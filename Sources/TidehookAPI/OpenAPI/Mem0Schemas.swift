// The schemas of the Mem0 dialect.

import TidehookCore

enum Mem0Schemas {
  static let all: [JSONValue.Member] = [
    .init(
      "Mem0Ping",
      Schema.object([
        .init("status", Schema.choice(["ok"])), .init("org_id", Schema.string("Always tidehook.")),
        .init("project_id", Schema.string("The key's namespace when it has exactly one, else default.")),
        .init("user_email", ["type": "null"]),
      ])),
    .init("Mem0NewWebhook", open(inputs, required: ["url", "name", "event_types"])),
    .init("Mem0WebhookChanges", open(inputs)),
    .init("Mem0Webhook", Schema.object(outputs)),
    .init("Mem0CreatedWebhook", Schema.object(outputs + [.init("secret", Schema.string("Signs each delivery; shown this once."))])),
    .init("Mem0WebhookList", Schema.array(of: Schema.reference("Mem0Webhook"))),
    .init("Mem0Message", Schema.object([.init("message", Schema.string("What was done."))])),
    .init(
      "Mem0Error",
      [
        "type": "object",
        "description":
          "400 for fields: each field's name with a list of what is wrong with it. Everything else: error and detail, the same text.",
        "additionalProperties": true,
      ]),
  ]

  private static let inputs: [JSONValue.Member] = [
    .init("url", Schema.string("Where deliveries go.")), .init("name", Schema.string("What people call it, at most 200 characters.")),
    .init(
      "event_types",
      [
        "type": "array", "minItems": 1, "maxItems": 100,
        "items": Schema.string("memory_add and the like, or a type of Tidehook's such as memory.recalled or memory.*."),
      ]),
    .init("is_active", Schema.flag("False holds deliveries back.")),
  ]

  private static let outputs: [JSONValue.Member] = [
    .init("webhook_id", Schema.string("wh_ and 26 characters.")), .init("name", Schema.string("What people call it.")),
    .init("url", Schema.string("Where deliveries go.")), .init("owner", Schema.string("The name of the key that made it.")),
    .init("event_types", Schema.array(of: Schema.string("In Mem0's spelling where there is one."))),
    .init("project", Schema.string("Its namespace.", nullable: true)), .init("is_active", Schema.flag("Whether it delivers.")),
    .init("created_at", Schema.time()), .init("updated_at", Schema.time()),
  ]

  /// An object that may have other members, too: they are ignored.
  private static func open(_ properties: [JSONValue.Member], required: [String] = []) -> JSONValue {
    .object((Schema.object(properties, required: required).members ?? []).filter { $0.key != "additionalProperties" })
  }
}
