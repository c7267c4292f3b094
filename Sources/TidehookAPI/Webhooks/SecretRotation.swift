// What a request says about replacing a webhook's secrets.

import TidehookCore

/// A wish to replace secrets: those that are named, or all that the webhook's schemes use.
struct SecretRotation {
  /// The secret that comes; `null` has Tidehook make one.
  let secret: Change<Secret>
  /// The private key that comes; `null` has Tidehook make one.
  let signingKey: Change<Secret>
  /// How long what is replaced signs on, in seconds.
  let overlapSeconds: Int64

  /// Reads the body of a request, which may be left out.
  init(_ body: JSONValue?) throws {
    let fields = try Fields(body ?? [:], known: ["secret", "signing_key", "overlap_secs"])
    secret = try fields.change("secret") { try $0.secret() }
    signingKey = try fields.change("signing_key") { try $0.signingKey() }
    let overlap = try fields.change("overlap_secs") { Int64(try $0.integer(in: 0...SigningKeys.longestOverlapSeconds)) }
    overlapSeconds = overlap.applied(to: SigningKeys.usualOverlapSeconds, default: SigningKeys.usualOverlapSeconds)
  }

  /// Whether the secret is replaced.
  func replacesSecret(of webhook: Webhook) -> Bool {
    if isSpecific { return secret.isGiven }
    return webhook.signing.isEmpty || webhook.signing.contains { $0 != .standardEd25519 }
  }

  /// Whether the key pair is replaced.
  func replacesKey(of webhook: Webhook) -> Bool {
    isSpecific ? signingKey.isGiven : webhook.signing.contains(.standardEd25519)
  }

  private var isSpecific: Bool { secret.isGiven || signingKey.isGiven }
}
