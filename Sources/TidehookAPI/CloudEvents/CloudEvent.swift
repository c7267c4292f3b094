// One CloudEvent 1.0, and what event of Tidehook it becomes.

import TidehookCore
import TidehookSigning

/// A CloudEvent that was read.
struct CloudEvent {
  private let attributes: CloudEventAttributes
  /// The `data` of Tidehook's event: a canonical JSON object.
  private let data: [UInt8]
  private let wrapping: Wrapping?

  /// Where data that is no object stands in the object that it becomes.
  enum Wrapping {
    /// There is none; the object is empty.
    case absent
    /// Any other JSON, in `value`.
    case value
    /// Bytes, in `data_base64`.
    case base64

    /// The name of the member.
    var name: JSONValue {
      switch self {
      case .absent: .null
      case .value: "value"
      case .base64: "data_base64"
      }
    }
  }

  /// Data as it came.
  enum Data {
    /// None.
    case absent
    /// Canonical JSON.
    case json([UInt8])
    /// Bytes in base 64.
    case base64(String)
  }

  /// Makes an event of checked parts.
  init(_ attributes: CloudEventAttributes, data: Data) throws {
    try attributes.check()
    self.attributes = attributes
    switch data {
    case .json(let bytes) where bytes.first == UInt8(ascii: "{"): (self.data, wrapping) = (bytes, nil)
    case .json(let bytes): (self.data, wrapping) = (Array(#"{"value":"#.utf8) + bytes + Array("}".utf8), .value)
    case .base64(let text): (self.data, wrapping) = (Array(#"{"data_base64":"\#(text)"}"#.utf8), .base64)
    case .absent: (self.data, wrapping) = (Array("{}".utf8), .absent)
    }
  }

  /// The event to publish.
  /// - Parameter principal: who publishes it; throws 403 when that key may not use the event's namespace.
  func request(from principal: Principal, idempotencyKey: String?) throws -> PublishRequest {
    let namespace = try namespace() ?? principal.usualNamespace
    try principal.checkPublishing(in: namespace)
    return PublishRequest(
      id: try id(in: namespace), idempotencyKey: idempotencyKey, type: try type(), namespace: namespace, timestamp: attributes["time"],
      data: data,
      cloudEvent: try attributes.json(data: wrapping))
  }

  /// The event's id: a hash of namespace, source and id. The latter two identify a CloudEvent together, so that equal ids of two sources do not
  /// collide; and what one namespace publishes must not stand in the way of another, whose senders it does not know.
  private func id(in namespace: Namespace) throws -> EventID {
    // None of them has a control character, so that no others give the same bytes.
    let identity = Array("\(namespace.name)\u{0}\(try attributes.required("source"))\u{0}\(try attributes.required("id"))".utf8)
    guard let hash = try? Digest.sha256(identity), let id = EventID("ce_" + Hex.encode(Array(hash.prefix(20)))) else {
      throw APIError.internal
    }
    return id
  }

  private func type() throws -> EventType {
    let name = try attributes.required("type")
    guard let type = EventType.mapped(from: name) else {
      throw APIError.unexpected("\(attributes.prefix)type", "a text of at most 256 characters", got: quoted(name))
    }
    return type
  }

  /// The extension `namespace`, else what the data says, as with other events.
  private func namespace() throws -> Namespace? {
    guard let name = attributes["namespace"], !name.isEmpty else { return try EventDecoder.namespace(inside: try? JSONView(data)) }
    guard let namespace = Namespace(name) else {
      throw APIError.unexpected("\(attributes.prefix)namespace", Namespace.expectation, got: quoted(name))
    }
    return namespace
  }
}
