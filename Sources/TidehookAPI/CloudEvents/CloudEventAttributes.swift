// The context attributes of a CloudEvent, each checked: CloudEvents 1.0.2, sections "Context Attributes" and "Type System".

import TidehookCore

/// What a CloudEvent says besides its data.
struct CloudEventAttributes {
  /// What each name is called in messages: `ce-` in binary mode, where attributes are headers.
  let prefix: String
  private var members: [JSONValue.Member] = []

  /// The member of ``json`` that says where the data is when it was no object; no attribute can have such a name.
  static let dataMember = "data_member"

  init(prefix: String = "") {
    self.prefix = prefix
  }

  /// The text of an attribute; `nil` when it is absent or no text.
  subscript(name: String) -> String? {
    members.first { $0.key == name }?.value.stringValue
  }

  /// Takes in an attribute; a `null` counts as absent.
  mutating func add(_ name: String, _ value: JSONValue) throws {
    guard value != .null else { return }
    let field = prefix + name
    guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte), name != "data" else {
      let message = "\(quoted(field)) is no attribute of CloudEvents: expected a name of lower-case letters and digits"
      throw APIError(.invalidField, message, field: shortened(field, to: 128))
    }
    guard !members.contains(where: { $0.key == name }) else { throw APIError.unexpected(field, "one value", got: "two") }
    if Self.texts.contains(name) { try Self.checkText(value, field) } else { try Self.checkExtension(value, field) }
    if name == "time", value.stringValue.flatMap({ Timestamp(rfc3339: $0) }) == nil {
      throw APIError.unexpected(field, "an RFC 3339 time like 2026-04-13T10:30:00Z", got: value.shown)
    }
    members.append(.init(name, value))
  }

  /// The text of an attribute that every event has.
  func required(_ name: String) throws -> String {
    guard let text = self[name] else {
      let message = "\(prefix)\(name): is required, an attribute of every CloudEvent"
      throw APIError(.missingField, message, field: prefix + name)
    }
    return text
  }

  /// Refuses versions other than 1.0, and events that lack a required attribute.
  func check() throws {
    let version = try required("specversion")
    guard version == "1.0" else { throw APIError.unexpected("\(prefix)specversion", "1.0", got: quoted(version)) }
    for name in ["id", "source", "type"] { _ = try required(name) }
  }

  /// The attributes as a canonical JSON object, in one order however they came: a repeat whose headers a proxy moved is the same.
  /// - Parameter data: where the data stands in the `data` of Tidehook's event, when that is not all of it.
  func json(data: CloudEvent.Wrapping?) throws -> [UInt8] {
    let sorted = members.sorted { Self.place(of: $0.key) < Self.place(of: $1.key) }
    let wrapping = data.map { JSONValue.Member(Self.dataMember, $0.name) }
    do {
      return try CanonicalJSON.canonicalize(JSONValue.object(sorted + (wrapping.map { [$0] } ?? [])).bytes)
    } catch {
      throw APIError.internal
    }
  }
}

extension CloudEventAttributes {
  /// Reads the member `cloudevent` of an event, in the form in which ``json(data:)`` writes it; `nil` when it is null.
  static func member(_ value: JSONView.Value) throws -> [UInt8]? {
    if value.kind == .null { return nil }
    guard let view = value.view, view.kind == .object else {
      throw APIError.unexpected("cloudevent", "the attributes of a CloudEvent, an object", got: value.shown)
    }
    var attributes = CloudEventAttributes(prefix: "cloudevent.")
    for child in view.children {
      let (name, value) = (view.name(of: child), view.value(of: child))
      guard name == dataMember else {
        try attributes.add(name, value.scalar)
        continue
      }
      guard value.kind == .null || value.string == "value" || value.string == "data_base64" else {
        throw APIError.unexpected("cloudevent.data_member", "value, data_base64 or null", got: value.shown)
      }
    }
    try attributes.check()
    return Array(value.text)
  }

  /// Attributes that are texts, in the order in which they are kept; extensions may be integers and booleans, too.
  private static let texts = ["specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype"]

  /// Where an attribute is kept: extensions behind the others, by name.
  private static func place(of name: String) -> (Int, String) {
    (texts.firstIndex(of: name) ?? texts.count, name)
  }

  private static func checkText(_ value: JSONValue, _ field: String) throws {
    guard let text = value.stringValue, !text.isEmpty else {
      throw APIError.unexpected(field, "a text that is not empty", got: value.shown)
    }
    try checkCharacters(text, field)
  }

  private static func checkExtension(_ value: JSONValue, _ field: String) throws {
    switch value {
    case .string(let text): try checkCharacters(text, field)
    case .integer(let number) where Int32(exactly: number) != nil: break
    case .bool: break
    case .null, .integer, .number, .array, .object:
      throw APIError.unexpected(field, "a text, a whole number of 32 bits, true or false", got: value.shown)
    }
  }

  /// Control characters would end up in headers; CloudEvents forbids them, and the code points that are no characters.
  private static func checkCharacters(_ text: String, _ field: String) throws {
    let isClean = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && !$0.properties.isNoncharacterCodePoint }
    guard isClean else { throw APIError.unexpected(field, "a text without control characters") }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: false
    }
  }
}
