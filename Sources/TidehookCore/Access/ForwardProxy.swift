// Forward proxies: HTTP proxies that requests go through because somebody said so, never because of the environment.

/// An HTTP proxy: `CONNECT` for https destinations, requests with the absolute URL for http ones (RFC 9110, section 9.3.6; RFC 9112, 3.2.2).
public struct ForwardProxy: Sendable, Hashable {
  /// Where it listens: an http URL without a path.
  public let url: DestinationURL
  /// Who Tidehook is to it; `nil` for nobody.
  public let user: String?
  /// The password that goes with ``user``.
  public let password: Secret?
  /// Whether the gateway's operator chose it, so that the egress guard lets it be reached wherever it is.
  public var isOperators: Bool

  /// What stands for a password in answers, and in requests for the one that is stored.
  public static let passwordMark = "***"

  /// The longest text that is read, in bytes.
  private static let maximumLength = 1024

  private static let expectation = "http://HOST:PORT or http://USER:PASSWORD@HOST:PORT"

  /// Reads `http://HOST:PORT` or `http://USER:PASSWORD@HOST:PORT`, special characters of user and password percent-encoded.
  public init(parsing text: String, isOperators: Bool = false) throws(JSONProblem) {
    let scheme = "http://"
    guard text.utf8.count <= Self.maximumLength, text.lowercased().hasPrefix(scheme) else {
      throw JSONProblem("", "expected \(Self.expectation)")
    }
    let rest = text.dropFirst(scheme.count)
    let parts = rest.split(separator: "@", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let authority = parts.last else {
      throw JSONProblem("", "expected \(Self.expectation), with at most one @")
    }
    do throws(DestinationURLError) {
      url = try DestinationURL(parsing: scheme + authority)
    } catch {
      throw JSONProblem("", "expected \(Self.expectation): \(error)")
    }
    guard url.pathAndQuery == "/" else { throw JSONProblem("", "expected \(Self.expectation), without a path") }
    (user, password) = parts.count == 2 ? try Self.userInfo(parts[0]) : (nil, nil)
    self.isOperators = isOperators
    // The store keeps the normalised text, which may be longer, and reads it again.
    guard self.text(revealing: true).utf8.count <= Self.maximumLength else {
      throw JSONProblem("", "expected \(Self.expectation), at most \(Self.maximumLength) bytes when percent-encoded")
    }
  }

  private static func userInfo(_ text: Substring) throws(JSONProblem) -> (String, Secret) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let decoded = parts.map { PercentEncoding.decode($0, plusIsSpace: false) }
    guard decoded.count == 2, let user = decoded[0], let password = decoded[1], !user.isEmpty, !user.contains(":"),
      (user + password).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
    else { throw JSONProblem("", "expected \(expectation), both percent-encoded as UTF-8") }
    return (user, Secret(password))
  }

  private init(_ url: DestinationURL, user: String?, password: Secret?, isOperators: Bool) {
    self.url = url
    self.user = user
    self.password = password
    self.isOperators = isOperators
  }

  /// Host and port, for messages.
  public var peer: String { url.host.contains(":") ? "[\(url.host)]:\(url.port)" : "\(url.host):\(url.port)" }

  /// The URL that ``init(parsing:isOperators:)`` reads.
  /// - Parameter revealing: whether the password is in it, for the store; else ``passwordMark`` stands in its place.
  public func text(revealing: Bool) -> String {
    guard let user, let password else { return "http://\(peer)" }
    let shown = revealing ? PercentEncoding.encode(password.revealed) : Self.passwordMark
    return "http://\(PercentEncoding.encode(user)):\(shown)@\(peer)"
  }

  /// The same with the password of `stored` in place of ``passwordMark``.
  /// - Throws: a problem unless user, host and port are those of `stored`.
  public func keepingPassword(of stored: ProxyChoice) throws(JSONProblem) -> ForwardProxy {
    guard password?.revealed == Self.passwordMark else { return self }
    guard case .through(let known) = stored, known.url == url, known.user == user, let password = known.password else {
      throw JSONProblem("", "expected the password itself: *** keeps the one that is stored for the same user, host and port, and none is")
    }
    return ForwardProxy(url, user: user, password: password, isOperators: isOperators)
  }
}

/// Which way a webhook's requests go.
public enum ProxyChoice: Sendable, Hashable {
  /// As the gateway's setting says.
  case gateway
  /// Without a proxy, whatever the gateway's setting says.
  case direct
  /// Through this one.
  case through(ForwardProxy)

  /// The word for ``direct``.
  private static let directWord = "direct"

  /// Reads `"direct"` or a proxy's URL.
  public init(json: JSONValue) throws(JSONProblem) {
    guard let text = json.stringValue else { throw JSONProblem("", "expected \"direct\", or a proxy like http://HOST:PORT") }
    self = text == Self.directWord ? .direct : .through(try ForwardProxy(parsing: text))
  }

  /// The form that ``init(json:)`` reads; `null` for the gateway's.
  public func json(revealing: Bool) -> JSONValue {
    switch self {
    case .gateway: .null
    case .direct: .string(Self.directWord)
    case .through(let proxy): .string(proxy.text(revealing: revealing))
    }
  }

  /// The same with the password of `stored` where it is masked.
  public func keepingPassword(of stored: ProxyChoice) throws(JSONProblem) -> ProxyChoice {
    guard case .through(let proxy) = self else { return self }
    return .through(try proxy.keepingPassword(of: stored))
  }
}
