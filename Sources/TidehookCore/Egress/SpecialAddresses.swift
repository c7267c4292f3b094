// The address blocks that no public receiver can have, with the word that people know each by.
//
// Sources: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890, RFC 8190) and the IPv6 address space
// registry. A few blocks that are formally reachable but never host a web service (192.88.99.0/24, most of 2001::/23) are
// refused as well.

/// One block and what it is for.
struct SpecialAddresses: Sendable {
  /// What the block is, to be followed by "address": `loopback`.
  let kind: String
  /// The block.
  let range: AddressRange

  /// The kind of the first block that holds the address; `nil` for a globally routable one.
  static func kind(of address: IPAddress) -> String? {
    let blocks = address.version == .v4 ? v4 : v6
    if let block = blocks.first(where: { $0.range.contains(address) }) { return block.kind }
    // Only 2000::/3 has ever been handed out for global use; everything else is reserved.
    return address.version == .v6 && address.bits >> 125 != 0b001 ? "reserved" : nil
  }

  private static let v4: [SpecialAddresses] = [
    .v4("unspecified", 0, 0, 0, 0, prefix: 32),
    .v4("\"this network\"", 0, 0, 0, 0, prefix: 8),
    .v4("private", 10, 0, 0, 0, prefix: 8),
    .v4("shared (carrier-grade NAT)", 100, 64, 0, 0, prefix: 10),
    .v4("loopback", 127, 0, 0, 0, prefix: 8),
    .v4("link-local", 169, 254, 0, 0, prefix: 16),
    .v4("private", 172, 16, 0, 0, prefix: 12),
    .v4("protocol assignment", 192, 0, 0, 0, prefix: 24),
    .v4("documentation", 192, 0, 2, 0, prefix: 24),
    .v4("6to4 relay", 192, 88, 99, 0, prefix: 24),
    .v4("private", 192, 168, 0, 0, prefix: 16),
    .v4("benchmarking", 198, 18, 0, 0, prefix: 15),
    .v4("documentation", 198, 51, 100, 0, prefix: 24),
    .v4("documentation", 203, 0, 113, 0, prefix: 24),
    .v4("multicast", 224, 0, 0, 0, prefix: 4),
    .v4("broadcast", 255, 255, 255, 255, prefix: 32),
    .v4("reserved", 240, 0, 0, 0, prefix: 4),
  ]

  private static let v6: [SpecialAddresses] = [
    .v6("unspecified", 0, 0, prefix: 128),
    .v6("loopback", 0, 1, prefix: 128),
    .v6("local-use NAT64", 0x0064_ff9b_0001_0000, 0, prefix: 48),
    .v6("discard-only", 0x0100_0000_0000_0000, 0, prefix: 64),
    .v6("dummy", 0x0100_0000_0000_0001, 0, prefix: 64),
    .v6("Teredo", 0x2001_0000_0000_0000, 0, prefix: 32),
    .v6("protocol assignment", 0x2001_0000_0000_0000, 0, prefix: 23),
    .v6("documentation", 0x2001_0db8_0000_0000, 0, prefix: 32),
    .v6("6to4", 0x2002_0000_0000_0000, 0, prefix: 16),
    .v6("documentation", 0x3fff_0000_0000_0000, 0, prefix: 20),
    .v6("segment routing", 0x5f00_0000_0000_0000, 0, prefix: 16),
    .v6("unique local", 0xfc00_0000_0000_0000, 0, prefix: 7),
    .v6("link-local", 0xfe80_0000_0000_0000, 0, prefix: 10),
    .v6("site-local", 0xfec0_0000_0000_0000, 0, prefix: 10),
    .v6("multicast", 0xff00_0000_0000_0000, 0, prefix: 8),
  ]

  private static func v4(_ kind: String, _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, prefix: Int) -> Self {
    Self(kind: kind, range: AddressRange(IPAddress(v4: a << 24 | b << 16 | c << 8 | d), prefix: prefix))
  }

  private static func v6(_ kind: String, _ high: UInt64, _ low: UInt64, prefix: Int) -> Self {
    Self(kind: kind, range: AddressRange(IPAddress(v6: UInt128(high) << 64 | UInt128(low)), prefix: prefix))
  }
}
