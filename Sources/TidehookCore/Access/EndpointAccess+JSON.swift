// An access as the store keeps it: whole.

extension EndpointAccess {
  /// Reads what ``json`` wrote.
  public init(json: JSONValue) throws(JSONProblem) {
    let members = try JSONMembers(json, known: ["auth", "headers", "tls", "proxy"])
    self.init()
    if let value = members["auth"] { auth = try EndpointAuth(json: value) }
    if let value = members["tls"] { tls = try EndpointTLS(json: value) }
    if let value = members["proxy"] { proxy = try ProxyChoice(json: value) }
    for header in members["headers"]?.elements ?? [] {
      guard let name = header[0]?.stringValue, let value = header[1]?.stringValue else {
        throw JSONProblem("headers", "expected pairs of texts")
      }
      headers.append(HeaderField(name, value))
    }
  }

  /// Everything, secrets included; for the store and for nothing that anybody reads.
  public var json: JSONValue {
    [
      "auth": auth?.json(revealing: true) ?? .null,
      "headers": .array(headers.map { .array([.string($0.name), .string($0.value)]) }),
      "tls": tls?.json(revealing: true) ?? .null,
      "proxy": proxy.json(revealing: true),
    ]
  }
}
