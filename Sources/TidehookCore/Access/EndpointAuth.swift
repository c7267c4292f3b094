// How a webhook's requests say who they are from.

/// What makes the `Authorization` header of each request.
public enum EndpointAuth: Sendable, Hashable {
  /// Name and password (RFC 7617).
  case basic(user: String, password: Secret)
  /// A token that does not change (RFC 6750).
  case bearer(Secret)
  /// Tokens from an authorization server (RFC 6749, section 4.4).
  case oauth2(OAuth2Client)
}

extension EndpointAuth {
  /// Reads `{"type": "basic", "username": "u", "password": "p"}`, `{"type": "bearer", "token": "t"}` and the form of ``OAuth2Client``.
  ///
  /// Secrets are not judged when they are ``EndpointAccess/mark``; see ``keepingSecrets(of:)``.
  public init(json: JSONValue) throws(JSONProblem) {
    guard json.members != nil else { throw JSONProblem("", "expected an object like {\"type\": \"bearer\", \"token\": \"…\"}") }
    switch json["type"]?.stringValue {
    case "basic":
      let members = try JSONMembers(json, known: ["type", "username", "password"])
      let user = try members.required("username", "a string of 1 to 256 bytes without : and control characters") { user in
        (1...256).contains(user.utf8.count) && user.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: ":") }
      }
      let password = try members.secret("password", "a string of at most 1024 bytes without control characters") { password in
        password.utf8.count <= 1024 && password.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
      }
      self = .basic(user: user, password: password)
    case "bearer":
      let members = try JSONMembers(json, known: ["type", "token"])
      self = .bearer(
        try members.secret("token", "1 to 4096 visible ASCII characters") { (1...4096).contains($0.utf8.count) && $0.isVisibleASCII })
    case "oauth2": self = .oauth2(try OAuth2Client(json: json))
    case let other?: throw JSONProblem("type", "expected basic, bearer or oauth2, got \"\(other.prefix(32))\"")
    case nil: throw JSONProblem("type", "is required, one of basic, bearer, oauth2")
    }
  }

  /// The form that ``init(json:)`` reads.
  /// - Parameter revealing: whether secrets are in it, for the store; else ``EndpointAccess/mark`` stands in their place.
  public func json(revealing: Bool) -> JSONValue {
    func text(_ secret: Secret) -> JSONValue { .string(revealing ? secret.revealed : EndpointAccess.mark) }
    switch self {
    case .basic(let user, let password): return ["type": "basic", "username": .string(user), "password": text(password)]
    case .bearer(let token): return ["type": "bearer", "token": text(token)]
    case .oauth2(let client): return client.json(secret: text(client.secret))
    }
  }

  /// The same with the secret of `stored` where ``EndpointAccess/mark`` stands.
  /// - Throws: a problem when there is none, or it belongs to another account: no secret goes where it was not given for.
  public func keepingSecrets(of stored: EndpointAuth?) throws(JSONProblem) -> EndpointAuth {
    switch self {
    case .basic(let user, let password):
      guard password.isMark else { return self }
      guard case .basic(user, _)? = stored, let stored else { throw .kept("password", "for the same username") }
      return stored
    case .bearer(let token):
      guard token.isMark else { return self }
      guard case .bearer? = stored, let stored else { throw .kept("token", "as a bearer token") }
      return stored
    case .oauth2(var client):
      guard client.secret.isMark else { return self }
      guard case .oauth2(let known)? = stored, known.tokenURL == client.tokenURL, known.id == client.id else {
        throw .kept("client_secret", "for the same token_url and client_id")
      }
      client.secret = known.secret
      return .oauth2(client)
    }
  }
}

extension Secret {
  /// Whether it only stands for one that is stored.
  public var isMark: Bool { revealed == EndpointAccess.mark }
}

extension JSONProblem {
  /// What is said where ``EndpointAccess/mark`` stands for nothing.
  static func kept(_ path: String, _ what: String) -> JSONProblem {
    JSONProblem(
      path, "expected the secret itself: \"\(EndpointAccess.mark)\" keeps the one that is stored \(what) and the same receiver, and none is"
    )
  }
}

extension String {
  /// Whether nothing is in it that could end a header or a word of it.
  var isVisibleASCII: Bool { utf8.allSatisfy { (0x21...0x7e).contains($0) } }
}

extension JSONMembers {
  /// A text that must be there and be as `isValid` wants it.
  func required(_ name: String, _ expectation: String, where isValid: (String) -> Bool) throws(JSONProblem) -> String {
    guard let value = self[name] else { throw JSONProblem(name, "is required, \(expectation)") }
    guard let text = value.stringValue, isValid(text) else { throw Self.unexpected(name, expectation, value) }
    return text
  }

  /// The same for a text that no message may repeat.
  func secret(_ name: String, _ expectation: String, where isValid: (String) -> Bool) throws(JSONProblem) -> Secret {
    guard let value = self[name] else { throw JSONProblem(name, "is required, \(expectation)") }
    guard let text = value.stringValue, isValid(text) else {
      let got = value.stringValue.map { "a string of \($0.utf8.count) bytes" } ?? "no string"
      throw JSONProblem(name, "expected \(expectation), got \(got)")
    }
    return Secret(text)
  }
}
