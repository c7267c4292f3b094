// Standard Webhooks 1.0.0, as a sender.

import TidehookCore

/// The three headers of Standard Webhooks; signed is `{id}.{timestamp}.{body}`.
///
/// Source: Standard Webhooks 1.0.0, "Signature scheme". A period in the id would make the signed text ambiguous and is refused.
struct StandardSigner: Signer {
  /// The header of the message's id.
  static let idHeader = "webhook-id"
  /// The header of the attempt's time.
  static let timestampHeader = "webhook-timestamp"
  /// The header of the signatures, separated by spaces.
  static let signatureHeader = "webhook-signature"
  /// What symmetric signatures begin with.
  static let symmetricPrefix = "v1,"
  /// What asymmetric signatures begin with.
  static let asymmetricPrefix = "v1a,"

  /// The keys of one version of the signature.
  enum Version: Sendable {
    /// `v1`: HMAC-SHA256.
    case symmetric(RotatingKey<HMACKey>)
    /// `v1a`: Ed25519.
    case asymmetric(RotatingKey<PrivateKey>)
  }

  private let versions: [Version]

  init(_ versions: [Version]) { self.versions = versions }

  var roles: [(name: String, role: HeaderRole)] {
    [(Self.idHeader, .id), (Self.timestampHeader, .timestamp), (Self.signatureHeader, .signature)]
  }

  /// The newest keys' signatures stand first: some receivers look at no more than the first.
  func headers(for message: SignableMessage) throws(SigningError) -> [SignatureHeader] {
    guard Self.isSignable(message.id) else { throw .messageIDNotSignable }
    let prefix = Self.prefix(id: message.id, timestamp: String(message.timestamp))
    var signatures: [String] = []
    for isCurrent in [true, false] {
      for version in versions {
        if let text = try Self.signature(version, isCurrent: isCurrent, message, after: prefix) { signatures.append(text) }
      }
    }
    return [
      (Self.idHeader, message.id), (Self.timestampHeader, String(message.timestamp)),
      (Self.signatureHeader, signatures.joined(separator: " ")),
    ]
  }

  /// Whether an id can be part of the signed text.
  static func isSignable(_ id: String) -> Bool { !id.isEmpty && !id.utf8.contains(UInt8(ascii: ".")) }

  /// What is signed in front of the body.
  static func prefix(id: String, timestamp: String) -> [UInt8] { Array("\(id).\(timestamp).".utf8) }

  private static func signature(
    _ version: Version, isCurrent: Bool, _ message: SignableMessage, after prefix: [UInt8]
  ) throws(SigningError) -> String? {
    switch version {
    case .symmetric(let keys):
      guard let key = isCurrent ? keys.current : keys.previous(at: message.timestamp) else { return nil }
      return symmetricPrefix + Base64.encode(try key.code(for: message.body, after: prefix))
    case .asymmetric(let keys):
      guard let key = isCurrent ? keys.current : keys.previous(at: message.timestamp) else { return nil }
      return asymmetricPrefix + Base64.encode(try key.sign(prefix + message.body))
    }
  }
}
