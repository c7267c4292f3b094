// What opens a webhook's receiver, and the way there.

/// What a webhook's requests need besides their content: who they are from, whose certificates count, and through which proxy they go.
///
/// It is kept like the signing secret: in no revision, in no difference, and forgotten with the webhook. Whichever revision runs, the access
/// of now is used, and what is secret in it goes to the webhook's own origin alone.
public struct EndpointAccess: Sendable, Hashable {
  /// Who the requests are from; `nil` for nobody.
  public var auth: EndpointAuth?
  /// Headers whose values are secret.
  public var headers: [HeaderField]
  /// Which certificate is shown, and whose are trusted; `nil` for none and the system's authorities.
  public var tls: EndpointTLS?
  /// Which way the requests go.
  public var proxy: ProxyChoice

  /// What stands for a secret in answers, and in requests for the one that is stored.
  public static let mark = SecretMask.replacement

  /// Makes an access; without arguments the one that needs nothing.
  public init(auth: EndpointAuth? = nil, headers: [HeaderField] = [], tls: EndpointTLS? = nil, proxy: ProxyChoice = .gateway) {
    self.auth = auth
    self.headers = headers
    self.tls = tls
    self.proxy = proxy
  }

  /// Whether there is nothing in it.
  public var isEmpty: Bool { auth == nil && headers.isEmpty && tls == nil && proxy == .gateway }

  /// What is left for a receiver that it was not given for: the way there, and who is trusted.
  public var withoutCredentials: EndpointAccess {
    EndpointAccess(tls: tls?.withoutIdentity, proxy: proxy)
  }

  /// The parts in which two differ.
  public func difference(from other: EndpointAccess) -> Parts {
    var parts: Parts = []
    if auth != other.auth { parts.insert(.auth) }
    if headers != other.headers { parts.insert(.headers) }
    if tls != other.tls { parts.insert(.tls) }
    if proxy != other.proxy { parts.insert(.proxy) }
    return parts
  }

  /// Parts of an access, named as the API's fields are. The raw values are stored: never change them.
  public struct Parts: OptionSet, Sendable, Hashable {
    /// One bit for each part.
    public let rawValue: Int64

    /// Takes the bits.
    public init(rawValue: Int64) {
      self.rawValue = rawValue
    }

    /// ``EndpointAccess/auth``.
    public static let auth = Parts(rawValue: 1)
    /// ``EndpointAccess/headers``.
    public static let headers = Parts(rawValue: 2)
    /// ``EndpointAccess/tls``.
    public static let tls = Parts(rawValue: 4)
    /// ``EndpointAccess/proxy``.
    public static let proxy = Parts(rawValue: 8)
    /// Every part.
    public static let all: Parts = [.auth, .headers, .tls, .proxy]

    /// The names of the fields.
    public var names: [String] {
      let known: [(Parts, String)] = [(.auth, "auth"), (.headers, "headers"), (.tls, "tls"), (.proxy, "proxy")]
      return known.filter { contains($0.0) }.map(\.1)
    }
  }
}

extension Webhook {
  /// Whether what is secret in an access may go on being used when the webhook becomes `other`: the same origin gets it, and nobody else reads
  /// it on the way. A proxy of a webhook's own reads what is not encrypted, and, with an authority that is trusted because the webhook says so,
  /// what is.
  public func leads(whereDoes other: Webhook) -> Bool {
    guard url.origin == other.url.origin else { return false }
    guard case .through = other.access.proxy else { return true }
    if other.access.proxy == access.proxy && other.access.tls?.authorities == access.tls?.authorities { return true }
    return other.isSecretOnItsWay
  }

  /// Whether everything secret is sent over TLS, to servers that the system's authorities vouch for.
  private var isSecretOnItsWay: Bool {
    guard url.isSecure, access.tls?.authorities == nil else { return false }
    guard case .oauth2(let client)? = access.auth else { return true }
    return client.tokenURL.isSecure
  }
}
