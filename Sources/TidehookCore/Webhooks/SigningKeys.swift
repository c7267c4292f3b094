// What a webhook signs with beside its secret, and what was replaced and is still good for a while.

/// An Ed25519 key pair in the words of Standard Webhooks.
public struct SigningKey: Sendable, Hashable {
  /// `whsk_` and base64: signs, and is never shown.
  public let privateKey: Secret
  /// `whpk_` and base64: what receivers verify with.
  public let publicKey: String

  /// Makes a pair of its halves, which must belong together.
  public init(privateKey: Secret, publicKey: String) {
    self.privateKey = privateKey
    self.publicKey = publicKey
  }
}

/// A secret or a key that another took the place of.
public struct Replaced<Value: Sendable & Hashable>: Sendable, Hashable {
  /// What was replaced.
  public let value: Value
  /// From when on it signs nothing more and is forgotten.
  public let expiresAt: Timestamp

  /// Makes a record of a replacement.
  public init(_ value: Value, expiresAt: Timestamp) {
    self.value = value
    self.expiresAt = expiresAt
  }
}

/// What a webhook signs with beside its secret. Like the secret it is no part of a revision: it signs whatever revision runs.
public struct SigningKeys: Sendable, Hashable {
  /// The secret before the present one, while both sign.
  public var previousSecret: Replaced<Secret>?
  /// The key pair of ``SigningScheme/standardEd25519``; made when the scheme is first asked for, and kept.
  public var signingKey: SigningKey?
  /// The key pair before that one, while both sign.
  public var previousSigningKey: Replaced<SigningKey>?

  /// How long a replaced secret goes on signing, in seconds, unless a request says otherwise: one day.
  public static let usualOverlapSeconds: Int64 = 86_400
  /// The longest that it may, in seconds: seven days.
  public static let longestOverlapSeconds: Int64 = 7 * 86_400

  /// Makes a record; most webhooks have none of this.
  public init(
    previousSecret: Replaced<Secret>? = nil, signingKey: SigningKey? = nil, previousSigningKey: Replaced<SigningKey>? = nil
  ) {
    self.previousSecret = previousSecret
    self.signingKey = signingKey
    self.previousSigningKey = previousSigningKey
  }

  /// When the next of what was replaced is to be forgotten; `nil` when there is none.
  public var nextExpiry: Timestamp? {
    [previousSecret?.expiresAt, previousSigningKey?.expiresAt].compactMap(\.self).min()
  }

  /// Forgets what was replaced and has ended.
  public mutating func forgetExpired(at now: Timestamp) {
    if let end = previousSecret?.expiresAt, end <= now { previousSecret = nil }
    if let end = previousSigningKey?.expiresAt, end <= now { previousSigningKey = nil }
  }
}

extension Webhook {
  /// Puts another secret in the place of the present one.
  ///
  /// Only one secret is kept beside the present one: the one before it, should there be one, ends at once.
  /// - Parameter overlapSeconds: how long both sign; 0 ends the old one at once.
  public mutating func replaceSecret(by secret: Secret, overlapSeconds: Int64, at now: Timestamp) {
    keys.previousSecret = overlapSeconds > 0 ? Replaced(self.secret, expiresAt: now + .seconds(overlapSeconds)) : nil
    self.secret = secret
  }

  /// Puts another key pair in the place of the present one, as ``replaceSecret(by:overlapSeconds:at:)`` does with the secret.
  public mutating func replaceSigningKey(by key: SigningKey, overlapSeconds: Int64, at now: Timestamp) {
    let old = overlapSeconds > 0 ? keys.signingKey : nil
    keys.previousSigningKey = old.map { Replaced($0, expiresAt: now + .seconds(overlapSeconds)) }
    keys.signingKey = key
  }
}
