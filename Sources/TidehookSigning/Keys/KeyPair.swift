// A private key and its public half, as people write them.

public import TidehookCore

/// What a sender keeps and what its source is given, for schemes that sign with a private key.
public struct KeyPair: Sendable {
  /// The private key, as ``SourceSigner`` takes it.
  public let privateKey: Secret
  /// The public key, as the scheme's provider shows it and a source takes it.
  public let publicKey: String

  /// Makes a pair from OpenSSL's generator; `nil` for schemes whose both ends share a secret.
  public static func generate(for scheme: VerificationScheme) throws(SigningError) -> KeyPair? {
    switch scheme {
    case .discord:
      let key = try PrivateKey.generate(.ed25519)
      return KeyPair(privateKey: Secret(Hex.encode(try key.seed())), publicKey: Hex.encode(try key.rawPublicKey()))
    case .standard:
      let key = try SigningKey.generate()
      return KeyPair(privateKey: key.privateKey, publicKey: key.publicKey)
    case .sendgrid:
      let key = try PrivateKey.generate(.p256)
      return KeyPair(privateKey: Secret(Base64.encode(try key.privateDER())), publicKey: Base64.encode(try key.publicDER()))
    case .none, .rem, .mem0, .github, .gitlab, .stripe, .slack, .shopify, .linear, .twilio, .pagerduty, .hmac, .bearer, .basic, .apiKey,
      .path:
      return nil
    }
  }
}
