// Public keys of asymmetric signatures on OpenSSL's EVP_PKEY.

import COpenSSL

/// A key that verifies signatures, from any number of threads at once.
///
/// Sendable although it holds a pointer: the key is complete when `init` returns and never changed, and OpenSSL documents that threads may share
/// an `EVP_PKEY` which none of them changes. Each verification has a context of its own.
final class PublicKey: @unchecked Sendable {
  private let key: OpaquePointer
  private let algorithm: KeyAlgorithm

  /// Takes the 32 bytes of an Ed25519 key; `nil` when they are none.
  init?(ed25519 bytes: [UInt8]) {
    defer { ERR_clear_error() }
    guard bytes.count == 32, let key = EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, bytes.count) else { return nil }
    self.key = key
    algorithm = .ed25519
  }

  /// Takes the DER of a SubjectPublicKeyInfo (RFC 5480); `nil` unless it is one of a key on curve P-256.
  init?(p256 der: [UInt8]) {
    defer { ERR_clear_error() }
    let key = der.withUnsafeBufferPointer { der in
      var start = der.baseAddress
      return d2i_PUBKEY(nil, &start, der.count)
    }
    guard let key else { return nil }
    guard KeyAlgorithm.p256.matches(key) else {
      EVP_PKEY_free(key)
      return nil
    }
    self.key = key
    algorithm = .p256
  }

  deinit { EVP_PKEY_free(key) }

  /// Whether `signature` is right for `message`; a malformed one is wrong.
  func verify(_ signature: [UInt8], of message: [UInt8]) throws(SigningError) -> Bool {
    guard let context = EVP_MD_CTX_new() else { throw .fromLibrary() }
    defer {
      EVP_MD_CTX_free(context)
      ERR_clear_error()
    }
    guard EVP_DigestVerifyInit_ex(context, nil, algorithm.digest, nil, nil, key, nil) == 1 else { throw .fromLibrary() }
    return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }
}
