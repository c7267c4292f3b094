// Private keys of asymmetric signatures, for sending as providers do.

import COpenSSL

/// A key that signs.
///
/// Sendable for the same reasons as ``PublicKey``.
final class PrivateKey: @unchecked Sendable {
  private let key: OpaquePointer
  private let algorithm: KeyAlgorithm

  private init(_ key: OpaquePointer, _ algorithm: KeyAlgorithm) {
    self.key = key
    self.algorithm = algorithm
  }

  deinit { EVP_PKEY_free(key) }

  /// Makes a key from OpenSSL's generator.
  static func generate(_ algorithm: KeyAlgorithm) throws(SigningError) -> PrivateKey {
    guard let context = EVP_PKEY_CTX_new_from_name(nil, algorithm == .ed25519 ? "ED25519" : "EC", nil) else { throw .fromLibrary() }
    defer { EVP_PKEY_CTX_free(context) }
    guard EVP_PKEY_keygen_init(context) == 1 else { throw .fromLibrary() }
    if algorithm == .p256 {
      guard EVP_PKEY_CTX_set_group_name(context, "P-256") == 1 else { throw .fromLibrary() }
    }
    var key: OpaquePointer?
    guard EVP_PKEY_generate(context, &key) == 1, let key else { throw .fromLibrary() }
    return PrivateKey(key, algorithm)
  }

  /// Takes the 32 bytes of an Ed25519 seed; `nil` when they are none.
  convenience init?(ed25519 seed: [UInt8]) {
    defer { ERR_clear_error() }
    guard seed.count == 32, let key = EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, seed, seed.count) else { return nil }
    self.init(key, .ed25519)
  }

  /// Takes a key in DER (PKCS #8 or SEC 1); `nil` when it is none of this algorithm.
  convenience init?(_ algorithm: KeyAlgorithm, der: [UInt8]) {
    defer { ERR_clear_error() }
    let key = der.withUnsafeBufferPointer { der in
      var start = der.baseAddress
      return d2i_AutoPrivateKey(nil, &start, der.count)
    }
    guard let key else { return nil }
    guard algorithm.matches(key) else {
      EVP_PKEY_free(key)
      return nil
    }
    self.init(key, algorithm)
  }

  /// The signature of a message: 64 bytes of Ed25519, or DER of ECDSA.
  func sign(_ message: [UInt8]) throws(SigningError) -> [UInt8] {
    guard let context = EVP_MD_CTX_new() else { throw .fromLibrary() }
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestSignInit_ex(context, nil, algorithm.digest, nil, nil, key, nil) == 1 else { throw .fromLibrary() }
    var length = 0
    guard EVP_DigestSign(context, nil, &length, message, message.count) == 1 else { throw .fromLibrary() }
    var signature = [UInt8](repeating: 0, count: length)
    guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else { throw .fromLibrary() }
    return Array(signature.prefix(length))
  }

  /// The 32 bytes of an Ed25519 key's seed.
  func seed() throws(SigningError) -> [UInt8] { try raw(EVP_PKEY_get_raw_private_key) }

  /// The 32 bytes of an Ed25519 key's public half.
  func rawPublicKey() throws(SigningError) -> [UInt8] { try raw(EVP_PKEY_get_raw_public_key) }

  /// The DER of the public half (SubjectPublicKeyInfo).
  func publicDER() throws(SigningError) -> [UInt8] { try der(i2d_PUBKEY) }

  /// The DER of the key (SEC 1 for P-256).
  func privateDER() throws(SigningError) -> [UInt8] { try der(i2d_PrivateKey) }

  private func raw(
    _ get: (OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?) -> CInt
  ) throws(SigningError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32)
    var length = bytes.count
    guard get(key, &bytes, &length) == 1, length == bytes.count else { throw .fromLibrary() }
    return bytes
  }

  /// OpenSSL says how long the text is when it is given nowhere to write it.
  private func der(
    _ write: (OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> CInt
  ) throws(SigningError) -> [UInt8] {
    let length = write(key, nil)
    guard length > 0 else { throw .fromLibrary() }
    var bytes = [UInt8](repeating: 0, count: Int(length))
    let written = bytes.withUnsafeMutableBufferPointer { bytes in
      var start = bytes.baseAddress
      return write(key, &start)
    }
    guard written == length else { throw .fromLibrary() }
    return bytes
  }
}
