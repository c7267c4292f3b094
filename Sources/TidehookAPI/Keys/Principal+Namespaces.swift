// What a key's limits mean for requests.

import TidehookCore

extension Principal {
  /// The namespace of what a request makes or changes: the one that it names, else the key's only one.
  /// - Throws: 403 when the key may not use it, 400 when the key needs one to be named.
  func namespace(_ wanted: Namespace?) throws(APIError) -> Namespace? {
    guard let namespaces else { return wanted }
    guard let namespace = wanted ?? onlyNamespace else {
      throw APIError(.missingField, "namespace: is required, one of \(Self.list(namespaces))", field: "namespace")
    }
    try check(namespace)
    return namespace
  }

  /// Throws 403 unless the key may use a namespace.
  func check(_ namespace: Namespace) throws(APIError) {
    guard let namespaces, !namespaces.contains(namespace) else { return }
    throw APIError(
      .forbidden, "namespace: expected one that this key may use, \(Self.list(namespaces)), got \(quoted(namespace.name))",
      field: "namespace")
  }

  /// Throws 403 unless the key may publish there. What is in Tidehook's own namespace comes from Tidehook, whoever asks: operators act on it.
  func checkPublishing(in namespace: Namespace) throws(APIError) {
    try check(namespace)
    guard namespace == .operational else { return }
    throw APIError(
      .forbidden, "namespace: expected another one than \(quoted(namespace.name)), which is for Tidehook's own events", field: "namespace")
  }

  /// Throws 403 unless the key may have deliveries go there: the files of databases are one folder for all namespaces.
  func check(_ url: DestinationURL) throws(APIError) {
    guard namespaces != nil, case .sqlite = url.database else { return }
    throw APIError(.forbidden, "url: a key that is limited to namespaces may not write to the gateway's own files", field: "url")
  }

  /// Where an event goes that names no namespace.
  var usualNamespace: Namespace { onlyNamespace ?? .default }

  /// An event with an `Idempotency-Key` that is the key's own: what another namespace published under the same one is none of its business.
  func own(_ event: PublishRequest) -> PublishRequest {
    guard namespaces != nil, let key = event.idempotencyKey else { return event }
    var event = event
    event.idempotencyKey = "\(event.namespace.name)\n\(key)"
    return event
  }

  private static func list(_ namespaces: [Namespace]) -> String {
    namespaces.prefix(10).map { quoted($0.name) }.joined(separator: ", ") + (namespaces.count > 10 ? ", …" : "")
  }
}
