// An IPv4 or IPv6 address as a number: what the egress guard judges, and what a connection is made to.

/// An IPv4 or IPv6 address, without a port and without a zone.
public struct IPAddress: Sendable, Hashable {
  /// The protocol an address belongs to.
  public enum Version: Sendable, Hashable {
    /// 32 bits.
    case v4
    /// 128 bits.
    case v6
  }

  /// The protocol it belongs to.
  public let version: Version
  /// The address as one number in host byte order; an IPv4 address fills the lowest 32 bits.
  public let bits: UInt128

  /// Makes an IPv4 address from its 32 bits, the first octet highest.
  public init(v4 bits: UInt32) {
    self.version = .v4
    self.bits = UInt128(bits)
  }

  /// Makes an IPv6 address from its 128 bits, the first group highest.
  public init(v6 bits: UInt128) {
    self.version = .v6
    self.bits = bits
  }

  /// The IPv4 address that an IPv4-mapped (`::ffff:a.b.c.d`) or IPv4-compatible (`::a.b.c.d`) address stands for, else itself.
  ///
  /// `::` and `::1` are addresses of their own, not compatible forms of `0.0.0.0` and `0.0.0.1`.
  /// Source: RFC 4291, sections 2.5.5.1 and 2.5.5.2.
  public var unmapped: IPAddress {
    guard version == .v6 else { return self }
    let isMapped = bits >> 32 == 0xffff
    let isCompatible = bits >> 32 == 0 && bits > 1
    return isMapped || isCompatible ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : self
  }

  /// The number of bits of its protocol: 32 or 128.
  var width: Int { version == .v4 ? 32 : 128 }
}
