// The egress guard's decision: which addresses Tidehook may connect to. Resolving and connecting happen elsewhere.

/// What the egress guard says about a destination.
public enum EgressVerdict: Sendable, Hashable {
  /// Connecting is fine.
  case allowed
  /// Connecting is refused; the reason names kind and address, such as `loopback address 127.0.0.1`.
  case blocked(reason: String)
}

/// Refuses every address that is not globally routable, unless an operator listed it in `--allow-destinations`.
public struct EgressPolicy: Sendable {
  /// The ranges that are fine although they are not globally routable; empty by default.
  public let allowed: [AddressRange]

  /// Judges the name of a SQLite file: why it must not be written, `nil` when it may.
  private let fileProblem: @Sendable (String) -> String?

  /// What holds as long as the operator chose no folder for SQLite databases.
  public static let noFiles = "the server has no folder for SQLite databases; it would have to be started with --databases FOLDER"

  /// Makes a policy that allows the globally routable addresses and the given ranges.
  /// - Parameter fileProblem: why a SQLite file of that name must not be written, `nil` when it may; none may by default.
  public init(allowed: [AddressRange] = [], fileProblem: @escaping @Sendable (String) -> String? = { _ in noFiles }) {
    self.allowed = allowed
    self.fileProblem = fileProblem
  }

  /// Judges one address. An IPv4 address inside an IPv6 one (mapped, NAT64) is judged as what it stands for.
  public func verdict(for address: IPAddress) -> EgressVerdict {
    if allowed.contains(where: { $0.contains(address) || $0.contains(address.unmapped) }) { return .allowed }
    if address.isCompatible { return .blocked(reason: "IPv4-compatible address \(address)") }
    if let embedded = address.translated { return verdict(forEmbedded: embedded, in: address) }
    guard let kind = SpecialAddresses.kind(of: address.unmapped) else { return .allowed }
    return .blocked(reason: "\(kind) address \(address)")
  }

  /// Judges all addresses of a name: one that is not allowed spoils them all, so that a name cannot mix public and
  /// private answers and be retried until it hits the private one.
  public func verdict(for addresses: [IPAddress]) -> EgressVerdict {
    for address in addresses {
      let verdict = verdict(for: address)
      if verdict != .allowed { return verdict }
    }
    return .allowed
  }

  /// Judges a URL when it is saved, without resolving anything: literal addresses in every notation, `localhost` names, and SQLite files.
  ///
  /// Every other name passes here and is judged by ``verdict(for:)`` on each attempt, once it is resolved.
  public func verdict(forHost url: DestinationURL) -> EgressVerdict {
    if case .sqlite(let file) = url.database { return fileProblem(file).map { .blocked(reason: $0) } ?? .allowed }
    if let literal = url.addressLiteral { return verdict(for: literal) }
    guard url.isLocalhost else { return .allowed }
    return allowedLoopback.isEmpty ? .blocked(reason: "loopback host name \(url.host)") : .allowed
  }

  /// The loopback addresses that the operator allows: what a `localhost` name means (RFC 6761, section 6.3), IPv4 first.
  public var allowedLoopback: [IPAddress] {
    Self.loopback.filter { verdict(for: $0) == .allowed }
  }

  /// What a `localhost` name means, IPv4 first.
  package static let loopback = [IPAddress(v4: 0x7f00_0001), IPAddress(v6: 1)]

  private func verdict(forEmbedded embedded: IPAddress, in address: IPAddress) -> EgressVerdict {
    switch verdict(for: embedded) {
    case .allowed: .allowed
    case .blocked(let reason): .blocked(reason: "\(reason) inside \(address)")
    }
  }
}

extension IPAddress {
  /// Whether it is an IPv4-compatible IPv6 address, a form that was withdrawn by RFC 4291.
  fileprivate var isCompatible: Bool { version == .v6 && bits >> 32 == 0 && bits > 1 }

  /// The IPv4 address behind a NAT64 address of the well-known prefix `64:ff9b::/96` (RFC 6052).
  fileprivate var translated: IPAddress? {
    guard version == .v6, bits >> 32 == 0x0064_ff9b_0000_0000_0000_0000 else { return nil }
    return IPAddress(v4: UInt32(truncatingIfNeeded: bits))
  }
}
