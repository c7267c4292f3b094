// Writing addresses: one canonical text for each.

extension IPAddress: CustomStringConvertible {
  /// The canonical text: a dotted quad, or IPv6 as RFC 5952 writes it (lower case, the longest run of zeros as `::`).
  public var description: String {
    if version == .v4 { return Self.dottedQuad(UInt32(truncatingIfNeeded: bits)) }
    if bits >> 32 == 0xffff { return "::ffff:" + Self.dottedQuad(UInt32(truncatingIfNeeded: bits)) }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)) }
    let gap = Self.longestZeroRun(groups)
    guard gap.count >= 2 else { return Self.hex(groups[...]) }
    return Self.hex(groups[..<gap.lowerBound]) + "::" + Self.hex(groups[gap.upperBound...])
  }

  private static func dottedQuad(_ bits: UInt32) -> String {
    "\(bits >> 24).\(bits >> 16 & 0xff).\(bits >> 8 & 0xff).\(bits & 0xff)"
  }

  private static func hex(_ groups: ArraySlice<UInt16>) -> String {
    groups.map { String($0, radix: 16) }.joined(separator: ":")
  }

  /// The first of the longest runs of zero groups; empty when there is none.
  private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
    var best = 0..<0
    var start = 0
    for index in groups.indices {
      guard groups[index] == 0 else {
        start = index + 1
        continue
      }
      if index + 1 - start > best.count { best = start..<(index + 1) }
    }
    return best
  }
}
