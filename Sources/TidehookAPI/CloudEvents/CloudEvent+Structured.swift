// Reads CloudEvents in JSON: JSON event format 1.0.2.

import TidehookCore
import TidehookSigning

extension CloudEvent {
  /// Reads the event that stands at `range` of a canonical JSON text.
  init(structured text: [UInt8], in range: Range<Int>) throws {
    let view: JSONView
    do {
      view = try JSONView(text, in: range)
    } catch {
      throw APIError(.invalidJSON, "the event is not JSON: \(error)")
    }
    guard view.kind == .object else {
      throw APIError(.invalidBody, "expected a CloudEvent, that is a JSON object, got \(view.kind.shown)")
    }
    var attributes = CloudEventAttributes()
    var data = Data.absent
    for child in view.children {
      let (name, value) = (view.name(of: child), view.value(of: child))
      switch name {
      case "data": data = try data.replaced(by: .json(Array(value.text)))
      case "data_base64": data = try data.replaced(by: Self.bytes(value))
      default: try attributes.add(name, value.scalar)
      }
    }
    try self.init(attributes, data: data)
  }

  private static func bytes(_ value: JSONView.Value) throws -> Data {
    if value.kind == .null { return .absent }
    guard let text = value.string, TidehookSigning.Base64.decode(text.utf8) != nil else {
      throw APIError.unexpected("data_base64", "a text in base 64", got: value.string.map { "\($0.utf8.count) bytes" } ?? value.shown)
    }
    return .base64(text)
  }
}

extension JSONView.Value {
  /// The value without what an array or an object holds.
  var scalar: JSONValue {
    switch kind {
    case .null: .null
    case .bool: .bool(bool == true)
    case .string: .string(string ?? "")
    case .number: integer.map { .integer($0) } ?? .number(String(decoding: text, as: UTF8.self))
    case .array: .array([.null])
    case .object: [:]
    }
  }
}

extension CloudEvent.Data {
  /// The one of two data that there is; an event has at most one.
  fileprivate func replaced(by other: CloudEvent.Data) throws -> CloudEvent.Data {
    switch (self, other) {
    case (.absent, _): return other
    case (_, .absent): return self
    case (.json, _), (.base64, _): throw APIError.unexpected("data_base64", "data or data_base64", got: "both")
    }
  }
}
