// The keys of a source whose provider signs with keyed hashes.

import TidehookCore

/// One key for each secret; any of them may match.
struct HMACKeys: Sendable {
  private let keys: [HMACKey]

  /// Prepares the keys.
  /// - Parameter key: the bytes that a secret stands for; its UTF-8 unless given.
  init(
    _ secrets: [Secret], _ algorithm: HashAlgorithm = .sha256,
    key: (SigningSecret) throws(SigningError) -> [UInt8] = { secret throws(SigningError) in secret.utf8Key }
  ) throws(SigningError) {
    keys = try secrets.prepare { secret throws(SigningError) in
      try HMACKey(try key(try SigningSecret(secret.revealed)), algorithm)
    }
  }

  /// Whether one of the signatures is right for `prefix` followed by `message`. It takes the same time whichever matches.
  func match(_ signatures: [[UInt8]], _ message: [UInt8], after prefix: [UInt8] = []) throws(VerificationFailure) -> Bool {
    try VerificationFailure.unlessWrong { () throws(SigningError) in
      var matches = false
      for key in keys {
        let code = try key.code(for: message, after: prefix)
        for signature in signatures where constantTimeEquals(signature, code) { matches = true }
      }
      return matches
    }
  }

  /// The signature by the first secret.
  func code(for message: [UInt8], after prefix: [UInt8] = []) throws(SigningError) -> [UInt8] {
    try keys[0].code(for: message, after: prefix)
  }
}

extension [Secret] {
  /// Makes a key of each secret, and says which one cannot be used.
  func prepare<Key>(_ make: (Secret) throws(SigningError) -> Key) throws(SigningError) -> [Key] {
    guard !isEmpty else { throw .unusable(field: "secrets", expected: "at least one secret", got: "none") }
    var keys: [Key] = []
    for (index, secret) in enumerated() {
      do throws(SigningError) {
        keys.append(try make(secret))
      } catch {
        throw error.about("secrets[\(index)]")
      }
    }
    return keys
  }
}

extension SigningError {
  /// The same reason with the field that it is about.
  func about(_ field: String) -> SigningError {
    switch self {
    case .secretEmpty: .unusable(field: field, expected: "a secret", got: "an empty one")
    case .secretTooLong: .unusable(field: field, expected: "at most \(SigningSecret.maximumLength) bytes", got: "more")
    case .secretHasControlCharacter: .unusable(field: field, expected: "a text without control characters", got: "one that has some")
    case .secretNotBase64: .unusable(field: field, expected: "base64 after whsec_", got: "something else")
    case .unusable(_, let expected, let got): .unusable(field: field, expected: expected, got: got)
    case .messageIDNotSignable, .library: self
    }
  }
}
