// HMAC on OpenSSL's EVP_MAC, with contexts that are keyed once and used again.

import COpenSSL
import Synchronization
import TidehookCore

/// A key for HMAC that any number of threads may use at once.
///
/// Fetching an algorithm and keying a context cost several times what hashing a small body does, so both happen once. A context serves one
/// message at a time; when another thread is using the first one, further contexts are made, up to a few, and stay.
final class HMACKey: Sendable {
  /// Most contexts per key. Signing is short, so more threads than this hardly ever meet on one webhook.
  private static let mostContexts = 4

  /// A place for a context, filled when it is first needed.
  private final class Slot: Sendable {
    let context = Mutex<HMACContext?>(nil)
  }

  private let key: [UInt8]
  private let algorithm: HashAlgorithm
  private let slots: [Slot]

  /// Prepares a key of any length; the hash is SHA-256 unless another is named.
  init(_ key: [UInt8], _ algorithm: HashAlgorithm = .sha256) throws(SigningError) {
    self.key = key
    self.algorithm = algorithm
    slots = (0..<Self.mostContexts).map { _ in Slot() }
    _ = try code(for: [])
  }

  /// Returns the code for `prefix` followed by `message`, as long as the hash is.
  func code(for message: [UInt8], after prefix: [UInt8] = []) throws(SigningError) -> [UInt8] {
    try code(of: [prefix, message])
  }

  /// Returns the code for pieces of a message, one behind the other.
  func code(of pieces: [[UInt8]]) throws(SigningError) -> [UInt8] {
    for slot in slots {
      let code = try slot.context.withLockIfAvailable { (context) throws(SigningError) in try self.code(of: pieces, in: &context) }
      if let code { return code }
    }
    return try slots[0].context.withLock { (context) throws(SigningError) in try self.code(of: pieces, in: &context) }
  }

  private func code(of pieces: [[UInt8]], in context: inout HMACContext?) throws(SigningError) -> [UInt8] {
    if context == nil { context = try HMACContext(key, algorithm) }
    return try context?.code(of: pieces) ?? []
  }
}

/// One keyed `EVP_MAC_CTX`.
private struct HMACContext: ~Copyable {
  private let context: OpaquePointer
  private let codeLength: Int

  init(_ key: [UInt8], _ algorithm: HashAlgorithm) throws(SigningError) {
    context = try Self.makeContext(key, algorithm)
    codeLength = algorithm.byteCount
  }

  private static func makeContext(_ key: [UInt8], _ hash: HashAlgorithm) throws(SigningError) -> OpaquePointer {
    guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil) else { throw .fromLibrary() }
    defer { EVP_MAC_free(algorithm) }
    guard let context = EVP_MAC_CTX_new(algorithm) else { throw .fromLibrary() }
    var digest = Array(hash.nameInOpenSSL.utf8CString)
    let isKeyed = digest.withUnsafeMutableBufferPointer { digest in
      let parameters = [OSSL_PARAM_construct_utf8_string("digest", digest.baseAddress, 0), OSSL_PARAM_construct_end()]
      return EVP_MAC_init(context, key, key.count, parameters) == 1
    }
    guard isKeyed else {
      EVP_MAC_CTX_free(context)
      throw .fromLibrary()
    }
    return context
  }

  deinit { EVP_MAC_CTX_free(context) }

  /// Without a key, `EVP_MAC_init` goes back to the state just after keying.
  borrowing func code(of pieces: [[UInt8]]) throws(SigningError) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: codeLength)
    var length = 0
    guard EVP_MAC_init(context, nil, 0, nil) == 1 else { throw .fromLibrary() }
    for piece in pieces {
      guard EVP_MAC_update(context, piece, piece.count) == 1 else { throw .fromLibrary() }
    }
    guard EVP_MAC_final(context, &code, &length, code.count) == 1, length == codeLength else { throw .fromLibrary() }
    return code
  }
}

extension HashAlgorithm {
  /// How many bytes the hash has.
  var byteCount: Int {
    switch self {
    case .sha1: 20
    case .sha256: 32
    case .sha512: 64
    }
  }

  fileprivate var nameInOpenSSL: String {
    switch self {
    case .sha1: "SHA1"
    case .sha256: "SHA256"
    case .sha512: "SHA512"
    }
  }
}

extension SigningError {
  /// Takes the oldest error off this thread's queue in OpenSSL and clears the queue.
  static func fromLibrary() -> SigningError {
    defer { ERR_clear_error() }
    guard let reason = ERR_reason_error_string(ERR_get_error()) else { return .library("unknown error") }
    return .library(String(cString: reason))
  }
}
