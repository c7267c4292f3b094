// A source's configuration as one JSON text, as `WebhookDocument` is that of a webhook; its keys are those of the API.

import TidehookCore

/// Writes and reads what a revision of a source consists of. Id, secrets, revision and times have columns of their own.
enum SourceDocument {
  /// The configuration as JSON.
  static func write(_ source: Source) -> String {
    let document: JSONValue = [
      "name": .string(source.name),
      "code": write(source.code),
      "namespace": source.namespace.map { .string($0.name) } ?? .null,
      "verify": source.verify.json,
      "dedupe": source.dedupe?.json ?? .null,
      "methods": texts(source.methods),
      "content_types": texts(source.contentTypes),
      "max_body_bytes": .integer(Int64(source.maxBodyBytes)),
      "rate_limit": source.rateLimit?.json ?? .null,
      "active": .bool(source.isActive),
    ]
    return String(decoding: document.bytes, as: UTF8.self)
  }

  /// The secrets as JSON.
  static func write(_ secrets: [Secret]) -> String { String(decoding: texts(secrets.map(\.revealed)).bytes, as: UTF8.self) }

  /// The source of a row.
  /// - Throws: `failed` when the texts were not written by this type: what a source demands must not get lost.
  static func read(_ row: SourceRow) throws(StoreError) -> Source {
    do {
      let document = try JSONValue(parsing: Array(row.config.utf8))
      let secrets = try JSONValue(parsing: Array(row.secrets.utf8)).elements ?? []
      guard let verify = document["verify"] else { throw JSONProblem("verify", "is missing") }
      var source = Source(
        id: row.id, name: document["name"]?.stringValue ?? "", code: code(document["code"]), verify: try VerificationRule(json: verify),
        secrets: secrets.compactMap(\.stringValue).map(Secret.init), revision: row.revision, createdAt: row.createdAt,
        updatedAt: row.updatedAt)
      source.namespace = document["namespace"]?.stringValue.map { Namespace(stored: $0) }
      source.dedupe = try given(document["dedupe"]).map { try DedupeRule(json: $0) }
      source.methods = document["methods"]?.elements?.compactMap(\.stringValue) ?? source.methods
      source.contentTypes = document["content_types"]?.elements?.compactMap(\.stringValue) ?? source.contentTypes
      source.maxBodyBytes = document["max_body_bytes"]?.integerValue.map(Int.init) ?? source.maxBodyBytes
      source.rateLimit = try given(document["rate_limit"]).map { try RateLimit(json: $0) }
      source.isActive = document["active"]?.boolValue ?? source.isActive
      return source
    } catch {
      throw StoreError(.failed, "cannot read the configuration of source \(row.id): \(error)")
    }
  }

  private static func given(_ value: JSONValue?) -> JSONValue? { value == .null ? nil : value }

  private static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

  private static func write(_ code: SourceCode) -> JSONValue {
    switch code {
    case .body: .null
    case .plugin(let plugin): ["plugin": .string(plugin.name), "options": plugin.options]
    case .script(let script): ["script": .string(script)]
    }
  }

  private static func code(_ value: JSONValue?) -> SourceCode {
    if let name = value?["plugin"]?.stringValue { return .plugin(PluginStage(name: name, options: value?["options"] ?? [:])) }
    return value?["script"]?.stringValue.map(SourceCode.script) ?? .body
  }
}

/// A row of `sources`.
struct SourceRow: Sendable {
  let id: SourceID
  let revision: Int
  let config: String
  let secrets: String
  let createdAt: Timestamp
  let updatedAt: Timestamp

  /// Reads the columns `key, entropy, revision, config, secrets, created_at_us, updated_at_us`.
  init(_ row: any SQLRow) {
    id = SourceID(row.id(0))
    revision = Int(row.integer(2))
    config = row.text(3)
    secrets = row.text(4)
    createdAt = row.time(5)
    updatedAt = row.time(6)
  }
}
