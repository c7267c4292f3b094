// The schemas of keys.

import TidehookCore

enum KeySchemas {
  static let all: [JSONValue.Member] = [
    .init("NewKey", Schema.object([name, namespaces, expiresAt], required: ["name"])),
    .init("Key", Schema.object(shown)),
    .init("CreatedKey", Schema.object(shown + [.init("key", Schema.string("The key itself; shown this once."))])),
    .init("KeyPage", Schema.page(of: "Key")),
  ]

  private static let shown: [JSONValue.Member] = [
    .init("id", Schema.string("key_ and 26 characters.")), name, namespaces, .init("created_at", Schema.time()), expiresAt,
  ]

  private static let name = JSONValue.Member("name", Schema.string("What people call it, at most 200 characters; no two have the same."))
  private static let namespaces = JSONValue.Member(
    "namespaces",
    [
      "type": ["array", "null"], "minItems": 1, "maxItems": 100, "items": ["type": "string"],
      "description": "What it is limited to; null for every namespace.",
    ])
  private static let expiresAt = JSONValue.Member("expires_at", Schema.time(nullable: true))
}
