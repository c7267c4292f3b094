// Signs the requests of one webhook revision with all of its schemes.

public import TidehookCore

/// Makes the signature headers of a webhook's requests.
///
/// Made once for each webhook revision: the keys are prepared then, and signing only runs the hash. Any number of threads may sign at once.
public final class RequestSigner: Sendable {
  private let signers: [any Signer]
  /// The names of all headers that signing may add, in lower case.
  public let headerNames: Set<String>
  /// Whether two schemes add the same header, which then is sent once.
  private let sharesHeaders: Bool

  /// Prepares the keys of `schemes`, which are applied in the order given.
  /// - Parameters:
  ///   - secret: what both ends share; needed by every scheme but `standard-ed25519`.
  ///   - keys: the key pair of `standard-ed25519`, and what signs beside its successor for a while.
  public init(
    schemes: [SigningScheme] = SigningScheme.defaults, secret: SigningSecret?, keys: SigningKeys = SigningKeys()
  ) throws(SigningError) {
    let signers = try Self.signers(schemes, secret, keys)
    let roles = signers.flatMap(\.roles)
    headerNames = Set(roles.map { $0.name.lowercased() })
    sharesHeaders = headerNames.count < roles.count
    self.signers = signers
    try Self.check(roles)
  }

  /// Returns the headers to add to one attempt.
  /// - Parameters:
  ///   - messageID: the event's id, the same over all attempts; `standard` refuses an empty one and one with a period.
  ///   - timestamp: when this attempt is made, in Unix seconds.
  ///   - body: the bytes of the body, exactly as sent.
  public func headers(messageID: String, timestamp seconds: Int64, body: [UInt8]) throws(SigningError) -> [SignatureHeader] {
    let message = SignableMessage(id: messageID, timestamp: seconds, body: body)
    var headers: [SignatureHeader] = []
    for signer in signers { headers += try signer.headers(for: message) }
    guard sharesHeaders else { return headers }
    var seen: Set<String> = []
    return headers.filter { seen.insert($0.name.lowercased()).inserted }
  }

  private static func signers(
    _ schemes: [SigningScheme], _ secret: SigningSecret?, _ keys: SigningKeys
  ) throws(SigningError) -> [any Signer] {
    var previous: Replaced<SigningSecret>?
    if let replaced = keys.previousSecret { previous = Replaced(try SigningSecret(replaced.value.revealed), expiresAt: replaced.expiresAt) }
    var signers: [any Signer] = []
    var versions: [StandardSigner.Version] = []
    var place = 0
    for scheme in schemes {
      if scheme == .standard || scheme == .standardEd25519 {
        if versions.isEmpty { place = signers.count }
        versions.append(try version(scheme, secret, previous, keys))
      } else {
        signers.append(try scheme.makeSigner(try needed(secret, by: scheme), previous: previous))
      }
    }
    if !versions.isEmpty { signers.insert(StandardSigner(versions), at: place) }
    return signers
  }

  private static func version(
    _ scheme: SigningScheme, _ secret: SigningSecret?, _ previous: Replaced<SigningSecret>?, _ keys: SigningKeys
  ) throws(SigningError) -> StandardSigner.Version {
    guard scheme == .standardEd25519 else {
      let secret = try needed(secret, by: scheme)
      return .symmetric(try RotatingKey(secret, previous) { secret throws(SigningError) in try HMACKey(try secret.standardKey()) })
    }
    guard let key = keys.signingKey else {
      throw .unusable(field: "signing_key", expected: "a whsk_ key for \(scheme.name)", got: "none")
    }
    return .asymmetric(
      try RotatingKey(key, keys.previousSigningKey) { key throws(SigningError) in try KeyText.ed25519PrivateKey(key.privateKey) })
  }

  private static func needed(_ secret: SigningSecret?, by scheme: SigningScheme) throws(SigningError) -> SigningSecret {
    guard let secret else {
      throw .unusable(field: "secret", expected: "a secret that both ends share for \(scheme.name)", got: "none")
    }
    return secret
  }

  /// Refuses two schemes that would write different things into one header.
  private static func check(_ roles: [(name: String, role: HeaderRole)]) throws(SigningError) {
    var seen: [String: HeaderRole] = [:]
    for (name, role) in roles {
      guard let earlier = seen.updateValue(role, forKey: name.lowercased()) else { continue }
      guard earlier == role, role != .signature else {
        throw .unusable(field: "signing", expected: "schemes with headers of their own", got: "two that write \(name)")
      }
    }
  }
}
