// Hashes of bytes, and comparison in constant time.

import COpenSSL

/// Cryptographic hashes.
public enum Digest {
  /// Returns the 32 bytes of SHA-256 of `bytes`.
  public static func sha256(_ bytes: [UInt8]) throws(SigningError) -> [UInt8] {
    guard let algorithm = FetchedDigest.sha256 else { throw .fromLibrary() }
    var hash = [UInt8](repeating: 0, count: 32)
    guard EVP_Digest(bytes, bytes.count, &hash, nil, algorithm.pointer, nil) == 1 else { throw .fromLibrary() }
    return hash
  }
}

/// An algorithm that stays fetched for the life of the process.
///
/// Sendable although it holds a pointer: an `EVP_MD` never changes after it was fetched, OpenSSL documents it as safe to share between
/// threads, and it is never freed.
private struct FetchedDigest: @unchecked Sendable {
  let pointer: OpaquePointer

  static let sha256 = EVP_MD_fetch(nil, "SHA256", nil).map { FetchedDigest(pointer: $0) }
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
public func constantTimeEquals(_ one: [UInt8], _ other: [UInt8]) -> Bool {
  one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
}
