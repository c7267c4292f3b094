// The event of a source without code: what was sent, as it is.

import TidehookCore

enum BodyEvent {
  /// An event of type `source.<name>`. Its data is the body when that is a JSON object; anything else stands in `body`: other JSON as it is,
  /// text as a string. Bytes that are neither stand in `body_base64`.
  static func request(_ request: InboundRequest, of source: Source) -> PublishRequest {
    let (data, isObject) = data(of: request.body)
    return PublishRequest(
      type: EventType(stored: "source.\(source.name)"),
      namespace: source.namespace ?? (isObject ? EventDecoder.namespace(suggestedBy: try? JSONView(data)) : nil) ?? .default,
      data: data)
  }

  private static func data(of body: [UInt8]) -> (data: [UInt8], isObject: Bool) {
    if let canonical = try? body.withUnsafeBytes({ try CanonicalJSON.canonicalize($0) }) {
      return canonical.first == UInt8(ascii: "{") ? (canonical, true) : (wrapped("body") { $0.raw(canonical) }, false)
    }
    if let text = String(validating: body, as: UTF8.self) { return (wrapped("body") { $0.string(text) }, false) }
    return (wrapped("body_base64") { $0.string(Base64.encode(body)) }, false)
  }

  private static func wrapped(_ name: String, _ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key(name)
    write(&json)
    json.endObject()
    return json.bytes
  }
}
