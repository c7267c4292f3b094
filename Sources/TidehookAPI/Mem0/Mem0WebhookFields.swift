// What a request in Mem0's dialect says about a webhook; all that is wrong with it is told at once.

import TidehookCore

/// Reads `url`, `name`, `event_types` and `is_active`; other members are ignored.
struct Mem0WebhookFields {
  /// What is to change.
  private(set) var changes = WebhookChanges()

  /// Reads a body.
  /// - Parameter isNew: whether it must have all that a new webhook needs.
  init(_ body: JSONValue, isNew: Bool, egress: EgressPolicy) throws {
    guard let members = body.members else { throw APIError(.invalidBody, "expected a JSON object as the body, got \(body.shown)") }
    var reader = Reader(members: members, isNew: isNew)
    changes.url = reader.read(["url"]) { field in
      // What Mem0's pipeline makes is for receivers, not for databases.
      guard field.value.stringValue?.lowercased().hasPrefix("http") ?? true else { throw field.unexpectedSecret("an http or https URL") }
      return try field.destination(egress: egress)
    }
    changes.name = reader.read(["name"]) { try $0.webhookName() }.map(Change.set) ?? .absent
    // Clients for JavaScript before 2.4.2 sent the names of their own arguments.
    changes.events = reader.read(["event_types", "eventTypes"], Self.patterns)
    changes.isActive = reader.read(["is_active", "isActive"], isRequired: false) { try $0.bool() }.map(Change.set) ?? .absent
    guard reader.refusal.problems.isEmpty else { throw reader.refusal }
  }

  private static func patterns(_ field: Field) throws -> [EventPattern] {
    for element in try field.elements("a list of event types") {
      guard let text = element.value.stringValue, Mem0EventType.pattern(text) != nil else {
        throw element.unexpected(Mem0EventType.expectation)
      }
    }
    return try field.patterns()
  }

  /// Reads members one by one and notes what is wrong with them.
  private struct Reader {
    let members: [JSONValue.Member]
    let isNew: Bool
    var refusal = Mem0Refusal()

    /// The value of the first of `names` that is there; `nil` when none is, or when it is refused.
    mutating func read<Value>(_ names: [String], isRequired: Bool = true, _ read: (Field) throws -> Value) -> Value? {
      let name = names[0]
      guard let member = names.compactMap({ name in members.first { $0.key == name } }).first else {
        if isNew && isRequired { refusal.add(name, "This field is required.") }
        return nil
      }
      do {
        switch member.value {
        case .null: refusal.add(name, "This field may not be null.")
        case .string(""): refusal.add(name, "This field may not be blank.")
        case .array(let elements) where elements.isEmpty: refusal.add(name, "This list may not be empty.")
        default: return try read(Field(path: name, value: member.value))
        }
      } catch {
        refusal.add(name, error as? APIError ?? .internal)
      }
      return nil
    }
  }
}
