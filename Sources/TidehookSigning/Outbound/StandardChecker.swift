// Standard Webhooks 1.0.0, as a receiver of what Tidehook sends.

import TidehookCore

/// Checks the signatures of one version; those of other versions are no concern of it.
struct StandardChecker: SignatureChecker {
  /// What the signatures are checked with.
  enum Key: Sendable {
    /// `v1`: HMAC-SHA256.
    case symmetric(HMACKey)
    /// `v1a`: Ed25519.
    case asymmetric(PublicKey)
  }

  /// Most asymmetric signatures that are looked at, as each costs much.
  private static let mostAsymmetric = 3
  private let key: Key

  init(_ key: Key) { self.key = key }

  func verify(_ headers: ReceivedHeaders, body: [UInt8], clock: VerificationClock) throws(SigningError) -> SignatureVerdict {
    guard Self.isPresent(scheme, in: headers), let received = headers[StandardSigner.signatureHeader] else { return .missing }
    guard let id = headers[StandardSigner.idHeader], StandardSigner.isSignable(id) else {
      return .malformed(scheme, header: StandardSigner.idHeader)
    }
    guard let timestamp = headers[StandardSigner.timestampHeader], let age = clock.age(of: timestamp) else {
      return .malformed(scheme, header: StandardSigner.timestampHeader)
    }
    let prefix = StandardSigner.prefix(id: id, timestamp: timestamp)
    guard try matches(received.split(separator: " "), body, after: prefix) else { return .mismatch(scheme) }
    return clock.allows(age: age) ? .valid([scheme]) : .staleTimestamp(scheme, ageSeconds: age)
  }

  /// Whether headers carry a signature of that version; a header with none of any known version counts as a wrong symmetric one.
  static func isPresent(_ scheme: SigningScheme, in headers: ReceivedHeaders) -> Bool {
    guard let texts = headers[StandardSigner.signatureHeader]?.split(separator: " ") else { return false }
    let isAsymmetric = texts.contains { $0.hasPrefix(StandardSigner.asymmetricPrefix) }
    if scheme == .standardEd25519 { return isAsymmetric }
    return !isAsymmetric || texts.contains { $0.hasPrefix(StandardSigner.symmetricPrefix) }
  }

  private var scheme: SigningScheme {
    switch key {
    case .symmetric: .standard
    case .asymmetric: .standardEd25519
    }
  }

  private func matches(_ texts: [Substring], _ body: [UInt8], after prefix: [UInt8]) throws(SigningError) -> Bool {
    switch key {
    case .symmetric(let key):
      let expected = Array((StandardSigner.symmetricPrefix + Base64.encode(try key.code(for: body, after: prefix))).utf8)
      return texts.reduce(false) { constantTimeEquals(Array($1.utf8), expected) || $0 }
    case .asymmetric(let key):
      for text in texts.filter({ $0.hasPrefix(StandardSigner.asymmetricPrefix) }).prefix(Self.mostAsymmetric) {
        let signature = Base64.decode(text.utf8.dropFirst(StandardSigner.asymmetricPrefix.utf8.count)) ?? []
        if try key.verify(signature, of: prefix + body) { return true }
      }
      return false
    }
  }
}
