// Standard Webhooks 1.0.0, symmetric and asymmetric.

import TidehookCore

/// `webhook-id`, `webhook-timestamp` and `webhook-signature`, or the same three with `svix-`; signed is `{id}.{timestamp}.{body}`.
///
/// A secret that starts with `whpk_` is an Ed25519 public key and vouches by `v1a`; any other is a key of HMAC-SHA256 and vouches by `v1`, what
/// follows `whsec_` being base64. Versions that are unknown here are ignored, as the specification asks.
struct StandardRequests: InboundVerifier {
  /// The headers of each spelling.
  private static let families = ["webhook", "svix"]
  /// Most signatures by public keys that are looked at: each costs a hash of the body and some hundred microseconds more, for each key.
  private static let mostAsymmetric = 3
  private let keys: HMACKeys?
  private let publicKeys: PublicKeys?
  private let freshness: FreshTimestamp

  init(_ secrets: [Secret], _ rule: VerificationRule) throws(SigningError) {
    // Both lists are made of all secrets, so that a complaint counts as the caller does.
    let isPublic = secrets.map { $0.revealed.hasPrefix(KeyText.standardPublicPrefix) }
    _ = try secrets.prepare { secret throws(SigningError) in try Self.check(secret) }
    let shared = zip(secrets, isPublic).filter { !$0.1 }.map(\.0)
    let asymmetric = zip(secrets, isPublic).filter(\.1).map(\.0)
    keys = shared.isEmpty ? nil : try HMACKeys(shared) { secret throws(SigningError) in try secret.standardKey() }
    publicKeys = asymmetric.isEmpty ? nil : try PublicKeys(asymmetric, read: KeyText.standardPublicKey)
    freshness = try FreshTimestamp(rule)
  }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    let family = Self.families.first { request.header("\($0)-signature") != nil } ?? Self.families[0]
    let (idHeader, timestampHeader, header) = ("\(family)-id", "\(family)-timestamp", "\(family)-signature")
    let id = try request.single(idHeader)
    guard !id.utf8.contains(UInt8(ascii: ".")) else { throw .expected("an id without a period in header \(idHeader)", got: "one with it") }
    let place = "header \(timestampHeader)"
    let timestamp = try request.single(timestampHeader)
    let time = try freshness.read(timestamp, in: place)
    let texts = try request.single(header).split(separator: " ")
    let prefix = Array("\(id).\(timestamp).".utf8)
    guard try matches(texts, header, request.body, after: prefix) else { throw .mismatch("a signature", in: "header \(header)") }
    try freshness.check(time, in: place, at: now)
  }

  /// Looks at the signatures of those versions that there are keys for.
  private func matches(
    _ texts: [Substring], _ header: String, _ body: [UInt8], after prefix: [UInt8]
  ) throws(VerificationFailure) -> Bool {
    let symmetric = keys == nil ? [] : texts.filter { $0.hasPrefix("v1,") }
    let asymmetric = publicKeys == nil ? [] : texts.filter { $0.hasPrefix("v1a,") }
    guard asymmetric.count <= Self.mostAsymmetric else {
      throw .expected("at most \(Self.mostAsymmetric) signatures v1a in header \(header)", got: "\(asymmetric.count)")
    }
    let versions = [keys == nil ? nil : "v1,", publicKeys == nil ? nil : "v1a,"].compactMap { $0 }.joined(separator: " or ")
    _ = try SignatureList.signatures(symmetric + asymmetric, "\(versions) and base64", in: header, decode: Self.decode)
    if let keys, try keys.match(symmetric.compactMap(Self.decode), body, after: prefix) { return true }
    if let publicKeys, try publicKeys.match(asymmetric.compactMap(Self.decode), prefix + body) { return true }
    return false
  }

  private static func decode(_ text: Substring) -> [UInt8]? {
    Base64.decode(text.utf8.drop { $0 != UInt8(ascii: ",") }.dropFirst())
  }

  private static func check(_ secret: Secret) throws(SigningError) {
    if secret.revealed.hasPrefix(KeyText.standardPublicPrefix) {
      _ = try KeyText.standardPublicKey(secret)
    } else if secret.revealed.hasPrefix(KeyText.standardPrivatePrefix) {
      throw .unusable(field: "secrets", expected: "a whsec_ secret, a plain one or a whpk_ public key", got: "a whsk_ private key")
    } else {
      _ = try SigningSecret(secret.revealed).standardKey()
    }
  }
}

/// Signs by Standard Webhooks: `v1a` with a `whsk_` key, `v1` with any other secret.
struct StandardRequestSigner: InboundSigner {
  private let signer: StandardSigner

  init(_ secret: Secret) throws(SigningError) {
    let isPrivateKey = secret.revealed.hasPrefix(KeyText.standardPrivatePrefix) || secret.revealed.hasPrefix("-----BEGIN")
    signer = StandardSigner([
      isPrivateKey
        ? .asymmetric(RotatingKey(try KeyText.ed25519PrivateKey(secret)))
        : .symmetric(RotatingKey(try HMACKey(try SigningSecret(secret.revealed).standardKey())))
    ])
  }

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    for header in try signer.headers(for: SignableMessage(id: messageID, timestamp: now.seconds, body: request.body)) {
      request.setHeader(header.name, header.value)
    }
  }
}
