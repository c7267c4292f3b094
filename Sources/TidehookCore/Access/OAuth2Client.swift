// A client of an authorization server: what is asked for a token, and what its answer says (RFC 6749, sections 2.3.1, 4.4 and 5).

/// The client credentials grant.
public struct OAuth2Client: Sendable, Hashable {
  /// Where tokens come from; vetted by the egress guard like any destination.
  public var tokenURL: DestinationURL
  /// `client_id`.
  public var id: String
  /// `client_secret`.
  public var secret: Secret
  /// `scope`: names with single spaces between them.
  public var scope: String?
  /// `audience`, which some servers ask for.
  public var audience: String?
  /// How it shows who it is.
  public var authentication: Authentication

  /// How a client shows who it is (RFC 6749, section 2.3.1).
  public enum Authentication: String, Sendable, Hashable, CaseIterable {
    /// In the `Authorization` header: what every server must understand, and the default.
    case basic
    /// In the form, for servers that want it there.
    case body
  }

  /// Makes a client.
  public init(
    tokenURL: DestinationURL, id: String, secret: Secret, scope: String? = nil, audience: String? = nil,
    authentication: Authentication = .basic
  ) {
    self.tokenURL = tokenURL
    self.id = id
    self.secret = secret
    self.scope = scope
    self.audience = audience
    self.authentication = authentication
  }
}

extension OAuth2Client {
  /// Reads `{"type": "oauth2", "token_url", "client_id", "client_secret", "scope"?, "audience"?, "client_auth"?}`.
  init(json: JSONValue) throws(JSONProblem) {
    let names = ["type", "token_url", "client_id", "client_secret", "scope", "audience", "client_auth"]
    let members = try JSONMembers(json, known: names)
    func isVisible(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20...0x7e).contains($0) } }
    let url = try members.required("token_url", "an http or https URL") { _ in true }
    do throws(DestinationURLError) {
      tokenURL = try DestinationURL(parsing: url)
    } catch {
      throw JSONProblem("token_url", error.description)
    }
    id = try members.required("client_id", "1 to 512 printable ASCII characters") { (1...512).contains($0.utf8.count) && isVisible($0) }
    secret = try members.secret("client_secret", "1 to 2048 printable ASCII characters") {
      (1...2048).contains($0.utf8.count) && isVisible($0)
    }
    scope = try members.text("scope", longest: 1024)
    guard scope.map(isVisible) ?? true else { throw JSONProblem("scope", "expected names of printable ASCII characters") }
    audience = try members.text("audience", longest: 1024)
    authentication = try members.choice("client_auth") ?? .basic
  }

  /// The form that ``init(json:)`` reads.
  func json(secret: JSONValue) -> JSONValue {
    [
      "type": "oauth2", "token_url": .string(tokenURL.description), "client_id": .string(id), "client_secret": secret,
      "scope": scope.map { .string($0) } ?? .null, "audience": audience.map { .string($0) } ?? .null,
      "client_auth": .string(authentication.rawValue),
    ]
  }

  /// The form that asks for a token.
  public var form: [UInt8] {
    var fields = [("grant_type", "client_credentials")]
    if let scope { fields.append(("scope", scope)) }
    if let audience { fields.append(("audience", audience)) }
    if authentication == .body { fields += [("client_id", id), ("client_secret", secret.revealed)] }
    return Array(fields.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&").utf8)
  }

  /// User and password of the `Authorization` header: both are encoded as in a form before they are put together. `nil` where they are in
  /// the form itself.
  public var userAndPassword: String? {
    authentication == .basic ? "\(PercentEncoding.encode(id)):\(PercentEncoding.encode(secret.revealed))" : nil
  }
}

/// A token that a server gave out.
public struct AccessToken: Sendable, Hashable {
  /// The token.
  public let secret: Secret
  /// How long it may be used, counted from the answer; a part of the time that the server names, so that it does not expire on its way.
  public let usableFor: Duration

  /// What is assumed when a server does not say how long a token lives.
  static let unknownLife = 300.0
  /// A longer life is not believed.
  private static let longestLife = 86_400.0
  /// How long before its end a token is given up, at most; of a short life a tenth.
  private static let margin = 30.0

  /// Makes a token.
  /// - Parameter life: how long the server keeps it, in seconds.
  public init(_ secret: Secret, life: Double) {
    self.secret = secret
    let life = min(max(life.isFinite ? life : 0, 0), Self.longestLife)
    usableFor = .microseconds(Int64((life - min(Self.margin, life / 10)) * 1e6))
  }

  /// Reads the answer of a token endpoint.
  /// - Throws: a failure of kind `auth` that says what was wrong, and repeats nothing of the answer but the standard's own code of an error.
  public init(_ response: ReceivedResponse) throws(AttemptFailure) {
    guard (200...299).contains(response.status) else {
      let code = (try? JSONValue(parsing: response.body))?["error"]?.stringValue.flatMap(Self.errorCode)
      throw AttemptFailure(.auth, "the token endpoint answered \(response.status)" + (code.map { " \($0)" } ?? ""))
    }
    guard !response.isTruncated, let answer = try? JSONValue(parsing: response.body), answer.members != nil else {
      throw AttemptFailure(.auth, "the token endpoint answered \(response.status) without a JSON object")
    }
    guard let token = answer["access_token"]?.stringValue, (1...8192).contains(token.utf8.count), token.isVisibleASCII else {
      throw AttemptFailure(.auth, "the token endpoint's answer has no access_token of 1 to 8192 visible characters")
    }
    guard answer["token_type"]?.stringValue.map({ $0.lowercased() == "bearer" }) ?? true else {
      throw AttemptFailure(.auth, "the token endpoint's answer has another token_type than Bearer")
    }
    self.init(Secret(token), life: Self.life(answer["expires_in"]))
  }

  /// Some servers write the number as a string.
  private static func life(_ value: JSONValue?) -> Double {
    value?.doubleValue ?? value?.stringValue.flatMap(Double.init) ?? unknownLife
  }

  /// An error's code (RFC 6749, section 5.2), if it looks like one: nothing else of a stranger's text is shown.
  private static func errorCode(_ text: String) -> String? {
    let isCode = (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == UInt8(ascii: "_") }
    return isCode ? text : nil
  }
}
