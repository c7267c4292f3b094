// Random bytes fit for secrets.

import COpenSSL

/// OpenSSL's random generator, seeded by the system.
public struct SecureRandom: RandomNumberGenerator, Sendable {
  /// Makes a generator; all share OpenSSL's state, which belongs to the thread.
  public init() {}

  /// Returns `count` random bytes.
  public static func bytes(count: Int) throws(SigningError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try fill(&bytes)
    return bytes
  }

  /// Overwrites all of `bytes` with random ones.
  public static func fill(_ bytes: inout [UInt8]) throws(SigningError) {
    guard let count = Int32(exactly: bytes.count) else { throw .library("too many random bytes at once") }
    guard RAND_bytes(&bytes, count) == 1 else { throw .fromLibrary() }
  }

  /// Returns 64 random bits; from the kernel directly if OpenSSL has no entropy.
  public mutating func next() -> UInt64 {
    guard let bytes = try? Self.bytes(count: 8) else { return UInt64.random(in: 0...(.max)) }
    return bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }
}
