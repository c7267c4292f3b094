// Makes the OpenAPI document from the operations, so that it cannot tell of calls that there are not.

import HTTPTypes
import TidehookCore

enum OpenAPIDocument {
  /// The document, readable by people: one line for each operation and schema.
  static let bytes: [UInt8] = {
    let members: [JSONValue.Member] = [
      .init("openapi", "3.1.0"),
      .init(
        "info",
        ["title": "Tidehook", "version": "1", "description": "Publish events once; Tidehook filters, reshapes, signs and delivers them."]),
      .init("security", [["key": []]]),
      .init("paths", .object(paths)),
      .init("components", ["securitySchemes": ["key": ["type": "http", "scheme": "bearer"]], "schemas": .object(schemas)]),
    ]
    return pretty(.object(members), indent: 0, depth: 4) + [UInt8(ascii: "\n")]
  }()

  static let schemas =
    WebhookSchemas.all + WebhookTestRoutes.schemas + SigningSchemas.all + RevisionSchemas.all + PluginSchemas.all + DryRunSchemas.all
    + EventSchemas.all + DeliverySchemas.all + ReplaySchemas.all
    + Mem0Schemas.all + SourceSchemas.all + KeySchemas.all + StatisticsSchemas.all + OverviewSchemas.all + ConsoleSchemas.all
    + CommonSchemas.all

  private static var paths: [JSONValue.Member] {
    var paths: [JSONValue.Member] = []
    for operation in Operation.all {
      let member = JSONValue.Member(operation.method.rawValue.lowercased(), describe(operation))
      if let index = paths.firstIndex(where: { $0.key == operation.path }), case .object(let earlier) = paths[index].value {
        paths[index].value = .object(earlier + [member])
      } else {
        paths.append(.init(operation.path, .object([member])))
      }
    }
    return paths
  }

  private static func describe(_ operation: Operation) -> JSONValue {
    var members: [JSONValue.Member] = [.init("operationId", .string(operation.id)), .init("summary", .string(operation.summary))]
    if operation.isOpen { members.append(.init("security", [])) }
    let parameters =
      pathParameters(operation) + operation.query.map(queryParameter)
      + (operation.isConditional ? [ifMatch] : [])
    if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
    if !operation.body.isEmpty {
      members.append(.init("requestBody", ["required": .bool(!operation.isBodyOptional), "content": content(operation.body)]))
    }
    members.append(.init("responses", responses(operation)))
    return .object(members)
  }

  private static func responses(_ operation: Operation) -> JSONValue {
    var success: [JSONValue.Member] = [.init("description", "Done.")]
    if !operation.answer.isEmpty { success.append(.init("content", content(operation.answer))) }
    if operation.isTagged { success.append(.init("headers", ["ETag": revisionTag])) }
    let failure: JSONValue = ["description": "Refused or failed.", "content": content(operation.dialect.errorSchema)]
    var answers: [JSONValue.Member] = [.init("\(operation.success)", .object(success))]
    if operation.isConditional {
      let outdated: JSONValue = [
        "description": "It is not at a revision of If-Match any more.", "content": content(operation.dialect.errorSchema),
        "headers": ["ETag": revisionTag],
      ]
      answers.append(.init("412", outdated))
    }
    return .object(answers + [.init("default", failure)])
  }

  private static let revisionTag: JSONValue = [
    "description": "The revision, in quotation marks.", "schema": ["type": "string"],
  ]

  private static let ifMatch: JSONValue = [
    "name": "If-Match", "in": "header", "schema": ["type": "string"],
    "description": "Only if it is at this revision, as ETag has it; several are separated by commas, * is any.",
  ]

  private static func content(_ schema: String) -> JSONValue {
    let reference: JSONValue = ["schema": ["$ref": .string("#/components/schemas/\(schema)")]]
    switch schema {
    case "NewEvent":
      return ["application/json": reference, "application/cloudevents+json": ["schema": ["$ref": "#/components/schemas/CloudEvent"]]]
    case "Batch":
      return [
        "application/json": reference, "application/x-ndjson": ["schema": ["type": "string", "description": "One event per line."]],
        "application/cloudevents-batch+json": ["schema": Schema.array(of: Schema.reference("CloudEvent"))],
      ]
    case "DeliveryLines": return ["application/x-ndjson": reference]
    case "MetricsText": return ["text/plain": reference]
    case "EventStream": return ["text/event-stream": reference]
    default: return ["application/json": reference]
    }
  }

  private static func pathParameters(_ operation: Operation) -> [JSONValue] {
    operation.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { segment in
      let name = String(segment.dropFirst().dropLast())
      return ["name": .string(name), "in": "path", "required": true, "schema": ["type": name == "n" ? "integer" : "string"]]
    }
  }

  private static func queryParameter(_ parameter: QueryParameter) -> JSONValue {
    [
      "name": .string(parameter.name), "in": "query", "description": .string(parameter.summary),
      "schema": ["type": numbers.contains(parameter.name) ? "integer" : "string"],
    ]
  }

  /// The query parameters that are whole numbers.
  private static let numbers: Set<String> = ["limit", "from", "to", "max", "last"]

  /// JSON with line breaks in the outer `depth` levels, so that changes of the document can be read line by line.
  private static func pretty(_ value: JSONValue, indent: Int, depth: Int) -> [UInt8] {
    guard depth > 0, case .object(let members) = value, !members.isEmpty else { return value.bytes }
    let margin = [UInt8](repeating: UInt8(ascii: " "), count: indent + 2)
    let lines = members.map {
      margin + JSONValue.string($0.key).bytes + Array(": ".utf8) + pretty($0.value, indent: indent + 2, depth: depth - 1)
    }
    return Array("{\n".utf8) + Array(lines.joined(separator: Array(",\n".utf8))) + Array("\n".utf8) + margin.dropLast(2) + Array("}".utf8)
  }
}
