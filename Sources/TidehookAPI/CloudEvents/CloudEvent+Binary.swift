// Reads CloudEvents whose attributes are headers and whose data is the body: HTTP protocol binding 1.0.2, section 3.1.

import HTTPTypes
import TidehookCore
import TidehookSigning

extension CloudEvent {
  /// Reads the `ce-` headers and the body of a request.
  init(binary headers: HTTPFields, body: [UInt8]) throws {
    var attributes = CloudEventAttributes(prefix: Self.headerPrefix)
    for field in headers where field.name.canonicalName.hasPrefix(Self.headerPrefix) {
      let name = String(field.name.canonicalName.dropFirst(Self.headerPrefix.count))
      guard name != "datacontenttype" else {
        throw APIError(.invalidHeader, "ce-datacontenttype: expected it as Content-Type", field: "ce-datacontenttype")
      }
      guard let value = Self.decoded(field.value) else {
        let expectation = "percent-encoded UTF-8"
        throw APIError.unexpected(Self.headerPrefix + name, expectation, got: quoted(field.value), code: .invalidHeader)
      }
      try attributes.add(name, .string(value))
    }
    let contentType = headers[.contentType].flatMap { $0.isEmpty ? nil : $0 }
    if let contentType { try attributes.add("datacontenttype", .string(contentType)) }
    try self.init(attributes, data: try Self.data(body, contentType: contentType))
  }

  private static let headerPrefix = "ce-"

  /// Undoes the quoting of earlier senders, then one round of percent-encoding (section 3.1.3.2); `nil` when that is broken.
  private static func decoded(_ value: String) -> String? {
    guard value.utf8.first == UInt8(ascii: "\"") else { return PercentEncoding.decode(value, plusIsSpace: false) }
    guard value.utf8.count >= 2, value.utf8.last == UInt8(ascii: "\"") else { return nil }
    var text = String.UnicodeScalarView()
    var rest = value.unicodeScalars.dropFirst().dropLast().makeIterator()
    while let scalar = rest.next() {
      guard scalar == "\\" else {
        text.append(scalar)
        continue
      }
      guard let escaped = rest.next() else { return nil }
      text.append(escaped)
    }
    return PercentEncoding.decode(String(text), plusIsSpace: false)
  }

  private static func data(_ body: [UInt8], contentType: String?) throws -> Data {
    guard !body.isEmpty else { return .absent }
    guard let contentType else {
      // What is said to be nothing is JSON if it can be, as in structured mode.
      return (try? CanonicalJSON.canonicalize(body)).map { .json($0) } ?? .base64(TidehookSigning.Base64.encode(body))
    }
    let essence = MediaType.essence(contentType)
    if essence == "application/json" || essence.hasSuffix("+json") || essence == "text/json" {
      do {
        return .json(try CanonicalJSON.canonicalize(body))
      } catch {
        throw APIError(.invalidJSON, "the body is not JSON: \(error)")
      }
    }
    guard isText(essence), isUTF8(contentType), let text = String(validating: body, as: UTF8.self) else {
      return .base64(TidehookSigning.Base64.encode(body))
    }
    return .json(JSONValue.string(text).bytes)
  }

  private static func isText(_ essence: String) -> Bool {
    essence.hasPrefix("text/") || essence == "application/xml" || essence.hasSuffix("+xml")
      || essence == "application/x-www-form-urlencoded"
  }

  /// Whether a media type names no character set, or one of which UTF-8 is a superset.
  private static func isUTF8(_ type: String) -> Bool {
    guard let parameter = type.lowercased().split(separator: ";").first(where: { $0.contains("charset=") }) else { return true }
    return parameter.contains("utf-8") || parameter.contains("utf8") || parameter.contains("us-ascii")
  }
}
