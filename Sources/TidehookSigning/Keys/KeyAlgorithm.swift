// The asymmetric algorithms that providers sign with.

import COpenSSL

/// A kind of key, and the hash that belongs to it.
enum KeyAlgorithm: Sendable {
  /// Ed25519 (RFC 8032), which hashes by itself.
  case ed25519
  /// ECDSA on curve P-256 with SHA-256.
  case p256

  /// The hash by OpenSSL's name; `nil` for none.
  var digest: String? {
    switch self {
    case .ed25519: nil
    case .p256: "SHA256"
    }
  }

  /// Whether a key is of this kind.
  func matches(_ key: OpaquePointer) -> Bool {
    switch self {
    case .ed25519: EVP_PKEY_is_a(key, "ED25519") == 1
    case .p256: EVP_PKEY_is_a(key, "EC") == 1 && Self.groupName(of: key) == "prime256v1"
    }
  }

  private static func groupName(of key: OpaquePointer) -> String? {
    var name = [CChar](repeating: 0, count: 64)
    var length = 0
    guard EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1, length < name.count else { return nil }
    return String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
