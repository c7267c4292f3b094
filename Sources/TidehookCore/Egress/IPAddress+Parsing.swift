// Reading addresses from text: the strict forms, and the loose IPv4 forms that the C library accepts as host names.

extension IPAddress {
  /// Reads a dotted quad (`192.0.2.1`) or an IPv6 address (`2001:db8::1`, `::ffff:192.0.2.1`), without brackets or zone.
  ///
  /// Leading zeros in a dotted quad are refused: they mean octal to some readers and decimal to others.
  public init?(parsing text: String) {
    let bytes = Array(text.utf8)
    if bytes.contains(UInt8(ascii: ":")) {
      guard let bits = Self.parseV6(bytes[...]) else { return nil }
      self.init(v6: bits)
    } else {
      guard let bits = Self.parseDottedQuad(bytes[...]) else { return nil }
      self.init(v4: bits)
    }
  }

  /// Reads every IPv4 form that the C library's `inet_aton` takes, and `getaddrinfo` with it: one to four parts, each
  /// decimal, octal (`0177`) or hexadecimal (`0x7f`), of which the last fills what is left (`127.1`, `2130706433`).
  package init?(parsingLooseV4 text: Substring) {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard let last = parts.last, parts.count <= 4, let tail = Self.parseLooseNumber(last) else { return nil }
    var head: UInt64 = 0
    for part in parts.dropLast() {
      guard let value = Self.parseLooseNumber(part), value <= 0xff else { return nil }
      head = head << 8 | value
    }
    let tailBits = UInt64(8 * (5 - parts.count))
    guard tail < 1 << tailBits else { return nil }
    self.init(v4: UInt32(head << tailBits | tail))
  }

  private static func parseLooseNumber(_ digits: Substring.UTF8View) -> UInt64? {
    let text = String(Substring(digits)).lowercased()
    // Longer numbers than this overflow 32 bits or are padded with zeros to hide what they are.
    guard let first = text.utf8.first, isDigit(first), text.utf8.count <= 32 else { return nil }
    if text.hasPrefix("0x") { return parseUnsigned(text.utf8.dropFirst(2), radix: 16) }
    return parseUnsigned(text.utf8[...], radix: text.hasPrefix("0") ? 8 : 10)
  }

  private static func parseUnsigned(_ digits: Substring.UTF8View, radix: Int) -> UInt64? {
    guard let first = digits.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
    return UInt64(Substring(digits), radix: radix)
  }

  private static func parseDottedQuad(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.count), part.allSatisfy(isDigit) else { return nil }
      guard part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
      let value = part.reduce(UInt32(0)) { $0 * 10 + UInt32($1 - UInt8(ascii: "0")) }
      guard value <= 255 else { return nil }
      bits = bits << 8 | value
    }
    return bits
  }

  private static func parseV6(_ bytes: ArraySlice<UInt8>) -> UInt128? {
    guard let gap = firstDoubleColon(in: bytes) else {
      guard let groups = parseGroups(bytes), groups.count == 8 else { return nil }
      return join(groups)
    }
    let tail = bytes[(gap + 2)...]
    guard firstDoubleColon(in: tail) == nil, tail.first != UInt8(ascii: ":") else { return nil }
    guard let before = parseGroups(bytes[..<gap], mayEndInQuad: false), let after = parseGroups(tail) else { return nil }
    guard before.count + after.count < 8 else { return nil }
    return join(before + Array(repeating: 0, count: 8 - before.count - after.count) + after)
  }

  private static func firstDoubleColon(in bytes: ArraySlice<UInt8>) -> Int? {
    bytes.indices.dropLast().first { bytes[$0] == UInt8(ascii: ":") && bytes[$0 + 1] == UInt8(ascii: ":") }
  }

  private static func parseGroups(_ bytes: ArraySlice<UInt8>, mayEndInQuad: Bool = true) -> [UInt16]? {
    if bytes.isEmpty { return [] }
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if part.contains(UInt8(ascii: ".")) {
        guard mayEndInQuad, index == parts.count - 1, let quad = parseDottedQuad(part) else { return nil }
        groups += [UInt16(quad >> 16), UInt16(quad & 0xffff)]
      } else {
        guard (1...4).contains(part.count), part.allSatisfy(isHexDigit) else { return nil }
        guard let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16) else { return nil }
        groups.append(group)
      }
    }
    return groups.count <= 8 ? groups : nil
  }

  private static func join(_ groups: [UInt16]) -> UInt128 {
    groups.reduce(0) { $0 << 16 | UInt128($1) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }
}
