// What connections are pooled by.

/// Scheme, host and port of a destination; hashing it costs one integer.
public struct DestinationOrigin: Sendable, Hashable {
  /// Whether TLS is used.
  public let isSecure: Bool
  /// The host in lower case, IPv6 literals without brackets.
  public let host: String
  /// The TCP port, 1...65535.
  public let port: Int
  private let fingerprint: Int

  init(isSecure: Bool, host: String, port: Int) {
    self.isSecure = isSecure
    self.host = host
    self.port = port
    var hasher = Hasher()
    hasher.combine(isSecure)
    hasher.combine(host)
    hasher.combine(port)
    fingerprint = hasher.finalize()
  }

  /// Compares all parts; origins that differ almost always differ in the fingerprint already.
  public static func == (left: Self, right: Self) -> Bool {
    left.fingerprint == right.fingerprint && left.port == right.port && left.isSecure == right.isSecure && left.host == right.host
  }

  /// Feeds the fingerprint that was computed when the URL was read.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(fingerprint)
  }
}
