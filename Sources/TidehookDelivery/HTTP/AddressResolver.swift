// Turns host names into addresses. The egress guard judges what comes back; nothing here connects.

public import TidehookCore

/// Resolves host names. Literal addresses and `localhost` names never get here.
public protocol AddressResolver: Sendable {
  /// Returns all addresses of a name, best first.
  ///
  /// - Throws: A failure of kind `dns` when there are none.
  func addresses(of host: String) async throws(AttemptFailure) -> [IPAddress]

  /// Ends what the resolver holds; it is not asked again.
  func shutdown() async
}

extension AddressResolver {
  /// Resolvers that hold nothing have nothing to end.
  public func shutdown() async {}
}
