// A request as `receive` gets it: a head, the body's bytes, and the JSON that they may be.

import TidehookCore

/// The first argument of `receive`.
struct RequestDocument {
  /// `{method, path, query, headers}` as JSON.
  let head: [UInt8]
  /// The body as it came.
  let body: [UInt8]
  /// The body in canonical form; `nil` when it is not JSON.
  let json: [UInt8]?

  /// Takes a request.
  /// - Parameter credentials: what proves to the source that the request is genuine, when the sender sends it as it is: code must not publish it.
  init(_ request: InboundRequest, hiding credentials: SecretMask? = nil, hidesPath: Bool = false) {
    let headers = credentials.map { mask in request.headers.map { HeaderField($0.name, mask.hiding($0.value)) } } ?? request.headers
    let head: JSONValue = [
      "method": .string(request.method), "path": .string(hidesPath ? "" : request.path), "query": Self.query(request.query),
      "headers": JSONValue(headers: headers),
    ]
    self.init(head: head.bytes, body: request.body)
  }

  init(head: [UInt8], body: [UInt8]) {
    self.head = head
    self.body = body
    json = try? CanonicalJSON.canonicalize(body)
  }

  /// The parameters by name: a text each, or a list of texts for a name that occurs more than once. What is not encoded well stays as it came.
  private static func query(_ text: String) -> JSONValue {
    var names: [String] = []
    var values: [String: [JSONValue]] = [:]
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { part in
        PercentEncoding.decode(part, plusIsSpace: true) ?? String(part)
      }
      if values[parts[0]] == nil { names.append(parts[0]) }
      values[parts[0], default: []].append(.string(parts.count > 1 ? parts[1] : ""))
    }
    return .object(
      names.map { name in
        let found = values[name] ?? []
        return JSONValue.Member(name, found.count == 1 ? found[0] : .array(found))
      })
  }
}
