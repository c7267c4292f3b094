// The ways in which people and providers write keys of asymmetric signatures.

import TidehookCore

/// Reads keys from texts, which may be PEM and therefore have line feeds.
enum KeyText {
  /// A public key on P-256: base64 of its DER, as SendGrid shows it, or PEM.
  static func p256PublicKey(_ secret: Secret) throws(SigningError) -> PublicKey {
    guard let der = der(secret.revealed), let key = PublicKey(p256: der) else {
      throw unusable("a public key on curve P-256, base64 of its DER or PEM")
    }
    return key
  }

  /// A public Ed25519 key: 64 hexadecimal digits, as Discord shows it.
  static func ed25519PublicKey(hex secret: Secret) throws(SigningError) -> PublicKey {
    guard let bytes = Hex.decode(trimmed(secret.revealed)), let key = PublicKey(ed25519: bytes) else {
      throw unusable("an Ed25519 public key of 64 hexadecimal digits")
    }
    return key
  }

  /// A public key of Standard Webhooks: `whpk_` and base64.
  static func standardPublicKey(_ secret: Secret) throws(SigningError) -> PublicKey {
    let text = trimmed(secret.revealed).utf8.dropFirst(standardPublicPrefix.utf8.count)
    guard let bytes = Base64.decode(text), let key = PublicKey(ed25519: bytes) else {
      throw unusable("base64 of an Ed25519 public key, 32 bytes, after \(standardPublicPrefix)")
    }
    return key
  }

  /// A private key on P-256: base64 of its DER, or PEM.
  static func p256PrivateKey(_ secret: Secret) throws(SigningError) -> PrivateKey {
    guard let der = der(secret.revealed), let key = PrivateKey(.p256, der: der) else {
      throw unusable("a private key on curve P-256, base64 of its DER or PEM")
    }
    return key
  }

  /// A private Ed25519 key: `whsk_` and base64 (of the seed, or of seed and public key), 64 hexadecimal digits of the seed, or PEM.
  static func ed25519PrivateKey(_ secret: Secret) throws(SigningError) -> PrivateKey {
    let text = trimmed(secret.revealed)
    guard let key = seed(text).flatMap({ PrivateKey(ed25519: $0) }) ?? der(text).flatMap({ PrivateKey(.ed25519, der: $0) }) else {
      throw unusable("an Ed25519 private key: whsk_ and base64, 64 hexadecimal digits, or PEM")
    }
    return key
  }

  /// What public keys of Standard Webhooks start with.
  static let standardPublicPrefix = "whpk_"
  /// What private keys of Standard Webhooks start with.
  static let standardPrivatePrefix = "whsk_"

  private static func seed(_ text: String) -> [UInt8]? {
    guard text.hasPrefix(standardPrivatePrefix) else { return Hex.decode(text).flatMap { $0.count == 32 ? $0 : nil } }
    guard let bytes = Base64.decode(text.utf8.dropFirst(standardPrivatePrefix.utf8.count)), [32, 64].contains(bytes.count) else {
      return nil
    }
    return Array(bytes.prefix(32))
  }

  /// The bytes behind base64, with or without the armour of PEM (RFC 7468); line feeds do not count.
  private static func der(_ text: String) -> [UInt8]? {
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }
    let bytes = Base64.decode(lines.flatMap(\.utf8).filter { $0 != UInt8(ascii: " ") })
    return bytes?.isEmpty == false ? bytes : nil
  }

  private static func trimmed(_ text: String) -> String {
    let text = text.drop(while: \.isWhitespace)
    return String(text.reversed().drop(while: \.isWhitespace).reversed())
  }

  private static func unusable(_ expectation: String) -> SigningError {
    .unusable(field: "secret", expected: expectation, got: "something else")
  }
}
