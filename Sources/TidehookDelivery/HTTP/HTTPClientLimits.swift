// What the delivery client may hold and take: connections, idle time, and bytes of an answer.

/// The bounds of a ``HTTPDeliveryClient``.
public struct HTTPClientLimits: Sendable {
  /// Most connections to one origin at a time, whatever they are doing; a request that finds none free waits for one.
  public var maxConnectionsPerOrigin: Int
  /// Most idle connections that are kept for one origin.
  public var maxIdlePerOrigin: Int
  /// Most idle connections that are kept in all; it bounds the file descriptors that quiet origins hold.
  public var maxIdle: Int
  /// How long an idle connection is kept: half of the 60 s after which common servers and proxies drop it.
  public var idleTimeout: Duration
  /// How many bytes of an answer's body are kept; a longer body is cut off and its connection closed.
  public var keptBodyBytes: Int
  /// Most bytes of an answer's head, informational answers before it and trailers after it included.
  public var maxResponseHeadBytes: Int
  /// Most headers of an answer.
  public var maxResponseHeaders: Int

  /// Makes limits; the defaults are those of the documentation.
  public init(
    maxConnectionsPerOrigin: Int = 64, maxIdlePerOrigin: Int = 64, maxIdle: Int = 1024, idleTimeout: Duration = .seconds(30),
    keptBodyBytes: Int = 64 * 1024, maxResponseHeadBytes: Int = 64 * 1024, maxResponseHeaders: Int = 200
  ) {
    self.maxConnectionsPerOrigin = max(1, maxConnectionsPerOrigin)
    self.maxIdlePerOrigin = max(0, maxIdlePerOrigin)
    self.maxIdle = max(0, maxIdle)
    self.idleTimeout = idleTimeout
    self.keptBodyBytes = max(0, keptBodyBytes)
    self.maxResponseHeadBytes = max(1, maxResponseHeadBytes)
    self.maxResponseHeaders = max(0, maxResponseHeaders)
  }
}
