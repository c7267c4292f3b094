// Key pairs of webhooks, in the words of Standard Webhooks and of JSON Web Keys.

public import TidehookCore

extension SigningKey {
  /// Makes a pair from OpenSSL's generator.
  public static func generate() throws(SigningError) -> SigningKey { try SigningKey(try PrivateKey.generate(.ed25519)) }

  /// Takes a private key as its owner has it: `whsk_` and base64 of the seed, or of seed and public key.
  public init(parsing secret: Secret) throws(SigningError) {
    let text = secret.revealed
    let bytes =
      text.hasPrefix(KeyText.standardPrivatePrefix) ? Base64.decode(text.utf8.dropFirst(KeyText.standardPrivatePrefix.utf8.count)) : nil
    guard let bytes, bytes.count == 32 || bytes.count == 64, let key = PrivateKey(ed25519: Array(bytes.prefix(32))) else {
      throw .unusable(
        field: "signing_key", expected: "whsk_ and base64 of an Ed25519 seed (32 bytes), or of seed and public key (64 bytes)",
        got: "something else")
    }
    try self.init(key)
    let publicKey = try key.rawPublicKey()
    guard bytes.count == 32 || Array(bytes.suffix(32)) == publicKey else {
      throw .unusable(field: "signing_key", expected: "a seed and the public key that belongs to it", got: "another public key")
    }
  }

  private init(_ key: PrivateKey) throws(SigningError) {
    let publicKey = try key.rawPublicKey()
    self.init(
      privateKey: Secret(KeyText.standardPrivatePrefix + Base64.encode(try key.seed() + publicKey)),
      publicKey: KeyText.standardPublicPrefix + Base64.encode(publicKey))
  }
}

/// Public keys as JSON Web Keys (RFC 7517).
public enum JSONWebKey {
  /// An Ed25519 key (RFC 8037), named by its thumbprint (RFC 7638); `nil` for a text that is no `whpk_` key.
  public static func ed25519(_ publicKey: String) -> JSONValue? {
    let prefix = KeyText.standardPublicPrefix
    guard publicKey.hasPrefix(prefix), let bytes = Base64.decode(publicKey.utf8.dropFirst(prefix.utf8.count)), bytes.count == 32 else {
      return nil
    }
    let x = Base64.encodeForURL(bytes)
    guard let thumbprint = try? Digest.sha256(Array(#"{"crv":"Ed25519","kty":"OKP","x":"\#(x)"}"#.utf8)) else { return nil }
    return [
      "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": .string(Base64.encodeForURL(thumbprint)), "x": .string(x),
    ]
  }
}
