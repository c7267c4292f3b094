// What a webhook's access must go with, and how it is shown.

import TidehookCore

extension Webhook {
  /// Throws unless the access goes with the rest of the webhook.
  func checkAccess() throws(APIError) {
    if url.database != nil, let field = access.difference(from: EndpointAccess()).names.first {
      throw APIError(.invalidField, "\(field): expected none, for a database is not spoken to over HTTP", field: field)
    }
    guard access.auth != nil else { return }
    guard !(headers + access.headers).contains(where: { $0.name.lowercased() == "authorization" }) else {
      throw APIError(.invalidField, "auth: expected auth or the header Authorization, got both", field: "auth")
    }
  }

  /// Throws unless an earlier configuration goes to the receiver that the secrets of now are for.
  func checkAccess(after current: Webhook) throws(APIError) {
    guard current.access != current.access.withoutCredentials, !current.leads(whereDoes: self) else { return }
    throw APIError(
      .invalidField, "url: expected the receiver that auth, tls and the secret headers of now are for; take those away first", field: "url")
  }

  /// The headers that every request gets, `<secret>` in place of what is secret.
  var shownHeaders: [HeaderField] {
    let secrets = access.headers.map { HeaderField($0.name, EndpointAccess.mark) }
    let names = Set(secrets.map { $0.name.lowercased() })
    return headers.filter { !names.contains($0.name.lowercased()) } + secrets
  }
}

extension JSONWriter {
  /// Writes the members that say how the receiver is reached, without secrets.
  mutating func access(_ access: EndpointAccess) {
    key("auth")
    value(access.auth?.json(revealing: false) ?? .null)
    key("tls")
    value(access.tls?.json(revealing: false) ?? .null)
    key("proxy")
    value(access.proxy.json(revealing: false))
  }
}
