// What keeps connections to one origin apart from each other.

/// The certificates and the proxy of a connection. Connections are shared among requests with equal routes, and never among others.
///
/// A class with its hash ready made: requests carry it, and connections are looked up by it.
public final class ConnectionRoute: Sendable {
  /// The certificates; `nil` for none of its own.
  public let tls: EndpointTLS?
  /// The way.
  public let proxy: ProxyChoice
  private let fingerprint: Int

  /// Makes a route.
  public init(tls: EndpointTLS? = nil, proxy: ProxyChoice = .gateway) {
    self.tls = tls
    self.proxy = proxy
    var hasher = Hasher()
    hasher.combine(tls)
    hasher.combine(proxy)
    fingerprint = hasher.finalize()
  }

  /// The route of an access; `nil` when it is that of everybody.
  public convenience init?(of access: EndpointAccess) {
    if access.tls == nil && access.proxy == .gateway { return nil }
    self.init(tls: access.tls, proxy: access.proxy)
  }
}

extension ConnectionRoute: Hashable {
  /// Routes are equal when all of their parts are.
  public static func == (left: ConnectionRoute, right: ConnectionRoute) -> Bool {
    left === right || (left.fingerprint == right.fingerprint && left.tls == right.tls && left.proxy == right.proxy)
  }

  /// Feeds the fingerprint that was computed when the route was made.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(fingerprint)
  }
}
