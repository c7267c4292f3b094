// Certificates of a webhook: the one that it shows, and those that it trusts.

/// Which certificate a webhook's connections show, and which authorities they trust besides the system's. All texts are PEM.
public struct EndpointTLS: Sendable, Hashable {
  /// The client's certificate, with those between it and its authority behind it; `nil` for none.
  public var certificate: String?
  /// The key of the certificate, without a passphrase; there exactly where the certificate is.
  public var key: Secret?
  /// Authorities that are trusted besides the system's; `nil` for none.
  public var authorities: String?

  /// The longest of these texts, in bytes.
  public static let maximumLength = 64 * 1024

  /// Makes a set of certificates; nothing is judged.
  public init(certificate: String? = nil, key: Secret? = nil, authorities: String? = nil) {
    self.certificate = certificate
    self.key = key
    self.authorities = authorities
  }

  /// What is left for another receiver: whom it trusts; `nil` for nobody but the system's authorities.
  public var withoutIdentity: EndpointTLS? { authorities.map { EndpointTLS(authorities: $0) } }
}

extension EndpointTLS {
  /// Reads `{"client_certificate": "…", "client_key": "…", "ca": "…"}`, of which each may be left out, but certificate and key go together.
  public init(json: JSONValue) throws(JSONProblem) {
    let members = try JSONMembers(json, known: ["client_certificate", "client_key", "ca"])
    self.init(
      certificate: try members.pem("client_certificate", "a certificate")?.revealed, key: try members.pem("client_key", "a key"),
      authorities: try members.pem("ca", "certificates")?.revealed)
    if certificate != nil && key == nil { throw JSONProblem("client_key", "is required by client_certificate") }
    if certificate == nil && key != nil { throw JSONProblem("client_certificate", "is required by client_key") }
    guard certificate != nil || authorities != nil else { throw JSONProblem("", "expected client_certificate and client_key, or ca") }
  }

  /// The form that ``init(json:)`` reads.
  /// - Parameter revealing: whether the key is in it, for the store; else ``EndpointAccess/mark`` stands in its place.
  public func json(revealing: Bool) -> JSONValue {
    [
      "client_certificate": certificate.map { .string($0) } ?? .null,
      "client_key": key.map { .string(revealing ? $0.revealed : EndpointAccess.mark) } ?? .null,
      "ca": authorities.map { .string($0) } ?? .null,
    ]
  }

  /// The same with the key of `stored` where ``EndpointAccess/mark`` stands.
  /// - Throws: a problem when there is none.
  public func keepingSecrets(of stored: EndpointTLS?) throws(JSONProblem) -> EndpointTLS {
    guard key?.isMark == true else { return self }
    guard let known = stored?.key else { throw .kept("client_key", "for this webhook") }
    return EndpointTLS(certificate: certificate, key: known, authorities: authorities)
  }
}

extension JSONMembers {
  /// A text in PEM format; what is in it is judged by who uses it.
  fileprivate func pem(_ name: String, _ what: String) throws(JSONProblem) -> Secret? {
    guard self[name] != nil else { return nil }
    return try secret(name, "\(what) in PEM format, at most \(EndpointTLS.maximumLength) bytes") { text in
      text == EndpointAccess.mark || (text.utf8.count <= EndpointTLS.maximumLength && text.contains("-----BEGIN "))
    }
  }
}
