// A block of addresses in CIDR notation, as operators write them in `--allow-destinations`.

/// Why a text is not an address range.
public struct AddressRangeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was expected and what came, for people.
  public let description: String
}

/// All addresses that share a prefix: `10.0.0.0/8`, `fd00::/8`, or one address.
public struct AddressRange: Sendable, Hashable {
  /// The lowest address.
  public let base: IPAddress
  /// How many leading bits are shared: 0...32 for IPv4, 0...128 for IPv6.
  public let prefixLength: Int

  /// Reads `ADDRESS/LENGTH`, or an address alone, which stands for itself only.
  ///
  /// Bits after the prefix must be zero, so that `10.1.2.3/8` is not taken for more, or less, than was meant.
  public init(parsing text: String) throws(AddressRangeError) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(parsing: String(first)) else {
      throw AddressRangeError(description: "expected an address range such as 10.0.0.0/8 or ::1/128, got \"\(text.prefix(64))\"")
    }
    let length = parts.count == 1 ? address.width : Self.parseLength(parts[1])
    guard let length, (0...address.width).contains(length) else {
      throw AddressRangeError(description: "expected a prefix length of 0...\(address.width) in \"\(text.prefix(64))\"")
    }
    self.init(address, prefix: length)
    guard base == address else {
      throw AddressRangeError(description: "expected no bits after the prefix in \"\(text)\"; \"\(self)\" is the range around it")
    }
  }

  /// Makes the range of all addresses that share the first `prefix` bits of `address`.
  init(_ address: IPAddress, prefix: Int) {
    let mask = Self.mask(width: address.width, prefix: prefix)
    base = address.version == .v4 ? IPAddress(v4: UInt32(address.bits & mask)) : IPAddress(v6: address.bits & mask)
    prefixLength = prefix
  }

  /// Whether the address lies in the range; an address of the other protocol never does.
  public func contains(_ address: IPAddress) -> Bool {
    guard address.version == base.version else { return false }
    return address.bits & Self.mask(width: base.width, prefix: prefixLength) == base.bits
  }

  private static func mask(width: Int, prefix: Int) -> UInt128 {
    let all = UInt128.max >> (128 - width)
    return all & ~(all >> prefix)
  }

  private static func parseLength(_ text: Substring) -> Int? {
    guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }
}

extension AddressRange: CustomStringConvertible {
  /// CIDR notation, always with a length.
  public var description: String { "\(base)/\(prefixLength)" }
}
