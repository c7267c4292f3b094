// The addresses behind a URL that the egress guard lets through, for clients that open their connections by themselves.

public import TidehookCore

/// Resolves hosts and judges what comes back, as connections for HTTP do.
public struct VettedAddresses: Sendable {
  private let policy: EgressPolicy
  private let resolver: any AddressResolver

  /// Makes a guard; whoever made the resolver shuts it down.
  public init(policy: EgressPolicy, resolver: any AddressResolver) {
    self.policy = policy
    self.resolver = resolver
  }

  /// All addresses of a URL's host, best first; nothing else may be connected to.
  /// - Throws: `dns` when there are none, `blocked` when one of them is refused.
  public func addresses(of url: DestinationURL) async throws(AttemptFailure) -> [IPAddress] {
    let found = try await candidates(of: url)
    guard !found.isEmpty else { throw AttemptFailure(.blocked, "blocked: loopback host name \(url.host)") }
    guard case .blocked(let reason) = policy.verdict(for: found) else { return found.map(\.unmapped) }
    throw AttemptFailure(.blocked, "blocked: \(reason)")
  }

  /// What localhost means is fixed, so no name server is asked; what of it is allowed is the operator's choice.
  private func candidates(of url: DestinationURL) async throws(AttemptFailure) -> [IPAddress] {
    if let literal = url.addressLiteral { return [literal] }
    return url.isLocalhost ? policy.allowedLoopback : try await resolver.addresses(of: url.host)
  }
}
