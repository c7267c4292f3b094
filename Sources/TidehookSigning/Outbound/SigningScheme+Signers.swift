// Makes what signs and what checks, scheme by scheme.

public import TidehookCore

extension SigningScheme {
  /// Makes the signer of every scheme but Standard Webhooks', whose versions share their headers.
  func makeSigner(_ secret: SigningSecret, previous: Replaced<SigningSecret>?) throws(SigningError) -> any Signer {
    guard let scheme = try HeaderScheme(self) else {
      return StripeSigner(try RotatingKey(secret, previous) { secret throws(SigningError) in try HMACKey(secret.utf8Key) })
    }
    let algorithm = scheme.algorithm
    return HeaderSigner(
      scheme, try RotatingKey(secret, previous) { secret throws(SigningError) in try HMACKey(secret.utf8Key, algorithm) })
  }

  /// Makes what checks signatures by a secret that both ends share, or by the public key of ``standardEd25519``.
  func makeChecker(_ secret: SigningSecret) throws(SigningError) -> any SignatureChecker {
    guard secret.isKey == (self == .standardEd25519) else {
      let expectation = secret.isKey ? "a secret that both ends share" : "a whpk_ public key"
      throw .unusable(field: "secret", expected: "\(expectation) for \(name)", got: "another one")
    }
    switch self {
    case .standard: return StandardChecker(.symmetric(try HMACKey(try secret.standardKey())))
    case .standardEd25519: return StandardChecker(.asymmetric(try secret.publicKey()))
    case .stripe: return StripeSigner(RotatingKey(try HMACKey(secret.utf8Key)))
    case .rem, .mem0, .github, .slack, .shopify, .custom:
      guard let scheme = try HeaderScheme(self) else { throw .library("no such scheme") }
      return HeaderSigner(scheme, RotatingKey(try HMACKey(secret.utf8Key, scheme.algorithm)))
    }
  }

  /// Whether a request's headers carry a signature of this scheme, right or wrong.
  public func isPresent(in headers: [SignatureHeader]) -> Bool {
    let received = ReceivedHeaders(headers)
    switch self {
    case .standard, .standardEd25519: return StandardChecker.isPresent(self, in: received)
    case .stripe: return received[StripeRequests.header] != nil
    case .rem, .mem0, .github, .slack, .shopify, .custom: return (try? HeaderScheme(self))?.isPresent(in: received) ?? false
    }
  }
}
