// Short ways to write JSON Schema.

import TidehookCore

enum Schema {
  /// An object with these properties and no others.
  static func object(_ properties: [JSONValue.Member], required: [String] = []) -> JSONValue {
    var members: [JSONValue.Member] = [.init("type", "object"), .init("properties", .object(properties))]
    if !required.isEmpty { members.append(.init("required", .array(required.map { .string($0) }))) }
    members.append(.init("additionalProperties", false))
    return .object(members)
  }

  static func string(_ description: String, nullable: Bool = false) -> JSONValue {
    ["type": nullable ? ["string", "null"] : "string", "description": .string(description)]
  }

  static func number(_ minimum: Double, _ maximum: Double, default fallback: Double) -> JSONValue {
    ["type": "number", "minimum": .double(minimum), "maximum": .double(maximum), "default": .double(fallback)]
  }

  static func integer(_ minimum: Int64, _ maximum: Int64, default fallback: Int64) -> JSONValue {
    ["type": "integer", "minimum": .integer(minimum), "maximum": .integer(maximum), "default": .integer(fallback)]
  }

  static func count(_ description: String) -> JSONValue { ["type": "integer", "description": .string(description)] }

  static func time(nullable: Bool = false) -> JSONValue { ["type": nullable ? ["string", "null"] : "string", "format": "date-time"] }

  static func choice(_ names: [String], nullable: Bool = false) -> JSONValue {
    ["type": nullable ? ["string", "null"] : "string", "enum": .array(names.map { .string($0) } + (nullable ? [.null] : []))]
  }

  /// An object whose members are up to somebody else.
  static func anyObject(_ description: String, nullable: Bool = false) -> JSONValue {
    ["type": nullable ? ["object", "null"] : "object", "description": .string(description)]
  }

  static func flag(_ description: String) -> JSONValue { ["type": "boolean", "description": .string(description)] }

  static func array(of element: JSONValue) -> JSONValue { ["type": "array", "items": element] }

  static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

  static let headers: JSONValue = ["type": "object", "additionalProperties": ["type": "string"]]

  /// One page of a search.
  static func foundPage(of name: String) -> JSONValue {
    object([
      .init("data", array(of: reference(name))),
      .init("next_cursor", string("Continues the search, also after a page that is short; null at its end.", nullable: true)),
      .init("searched_until", time(nullable: true)),
    ])
  }

  /// One page of a list.
  static func page(of name: String) -> JSONValue {
    object([
      .init("data", array(of: reference(name))), .init("next_cursor", string("Continues the list; null at its end.", nullable: true)),
    ])
  }
}

enum CommonSchemas {
  static let all: [JSONValue.Member] = [
    .init("Status", Schema.object([.init("status", Schema.choice(["ok"]))])),
    .init(
      "Readiness",
      Schema.object([
        .init("status", Schema.choice(["ready"])),
        .init(
          "problems",
          Schema.array(
            of: Schema.object([
              .init("plugin", Schema.string("A plugin that is refused as it is on disk; what ran before goes on.")),
              .init("problem", Schema.string("Why, in one line.")),
            ]))),
      ])),
    .init("Document", ["type": "object"]),
    .init(
      "ErrorBody",
      Schema.object(
        [
          .init("code", Schema.choice(ErrorCode.allCases.map(\.rawValue))),
          .init("message", Schema.string("What was expected and what came.")),
          .init("field", Schema.string("Which field, query parameter or header it is about.")),
        ], required: ["code", "message"])),
    .init(
      "Error",
      Schema.object(
        [.init("error", Schema.reference("ErrorBody")), .init("detail", Schema.string("The message again."))],
        required: ["error", "detail"])),
  ]
}
