// Reads an event in the form of Mem0's webhooks, `{"event_details": {…}}`, so that what is written for them can publish here.

import TidehookCore

/// `event_details`, as an event of Tidehook's.
///
/// `data` gets REM Labs' names, which scripts look for: `memory_id` and `content`, or `categories`. All other members of `event_details`, and
/// of its `data`, stay beside them under their own names. The plugin `mem0` makes of it what came in.
struct EventDetails {
  /// What happened.
  let type: EventType
  /// A JSON object in canonical form.
  let data: [UInt8]

  /// What may be in `event`, with the type that it stands for.
  private static let types = [
    "ADD": "memory.created", "UPDATE": "memory.updated", "DELETE": "memory.deleted", "CATEGORIZE": "memory.categorized",
    "INGEST_JOB_COMPLETED": "ingest_job_completed", "INGEST_JOB_PARTIALLY_COMPLETED": "ingest_job_partially_completed",
    "INGEST_JOB_FAILED": "ingest_job_failed", "INGEST_JOB_CANCELLED": "ingest_job_cancelled",
  ]

  /// Reads the value of `event_details`.
  init(_ value: JSONView.Value) throws {
    guard let details = value.view, value.kind == .object else { throw Self.unexpected("", "an object", value) }
    let expectation = "ADD, UPDATE, DELETE, CATEGORIZE or INGEST_JOB_…"
    guard let word = details["event"]?.string, let type = Self.types[word] else {
      throw Self.unexpected(".event", expectation, details["event"])
    }
    self.type = EventType(stored: type)
    var members = Members()
    switch word {
    case "ADD", "UPDATE", "DELETE":
      try members.add("memory_id", Self.identifier(details["id"], ".id"))
      let memory = try Self.object(details["data"], isRequired: word != "DELETE")
      if let content = try Self.memory(memory, isRequired: word != "DELETE") { members.add("content", content) }
      members.addAll(of: memory, except: ["memory"])
      members.addAll(of: details, except: ["id", "event", "data"])
    case "CATEGORIZE":
      try members.add("memory_id", Self.identifier(details["memory_id"], ".memory_id"))
      members.addAll(of: details, except: ["event"])
    default:
      members.addAll(of: details, except: ["event"])
    }
    data = try members.canonical()
  }

  /// Ids are taken as they are: those of Mem0's own examples are no UUIDs.
  private static func identifier(_ value: JSONView.Value?, _ path: String) throws -> JSONView.Value {
    guard let value, value.string.map({ !$0.isEmpty }) ?? (value.integer != nil) else {
      throw unexpected(path, "the id of a memory", value)
    }
    return value
  }

  private static func object(_ value: JSONView.Value?, isRequired: Bool) throws -> JSONView? {
    if !isRequired && (value == nil || value?.kind == .null) { return nil }
    guard let value, value.kind == .object, let view = value.view else { throw unexpected(".data", "an object", value) }
    return view
  }

  /// The text of a memory; one that is gone may have lost it.
  private static func memory(_ data: JSONView?, isRequired: Bool) throws -> JSONView.Value? {
    let value = data?["memory"]
    if !isRequired && (value == nil || value?.kind == .null) { return value }
    guard let value, value.kind == .string else { throw unexpected(".data.memory", "the text of a memory", value) }
    return value
  }

  private static func unexpected(_ path: String, _ expectation: String, _ value: JSONView.Value?) -> APIError {
    guard let value else {
      return APIError(.missingField, "event_details\(path): is required, \(expectation)", field: "event_details" + path)
    }
    return .unexpected("event_details" + path, expectation, got: value.shown)
  }

  /// The members of `data`, each name once: the first counts.
  private struct Members {
    private var json = JSONWriter(reserving: 256)
    private var names: Set<String> = []

    init() { json.beginObject() }

    mutating func add(_ name: String, _ value: JSONView.Value) {
      guard names.insert(name).inserted else { return }
      json.key(name)
      json.raw(value.text)
    }

    mutating func addAll(of view: JSONView?, except: Set<String>) {
      guard let view else { return }
      for child in view.children {
        let name = view.name(of: child)
        if !except.contains(name) { add(name, view.value(of: child)) }
      }
    }

    /// Keys that look like integers come first in canonical text, wherever they stood before.
    consuming func canonical() throws -> [UInt8] {
      json.endObject()
      return try CanonicalJSON.canonicalize(json.bytes)
    }
  }
}
