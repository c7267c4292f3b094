// Gives webhooks the key pairs that they need, and other secrets in place of those that they have.

import TidehookCore

extension WebhookEditor {
  /// The keys of a webhook after changes: a pair is made when it is first needed, and then kept whatever the schemes are.
  func keys(after changes: WebhookChanges, of webhook: Webhook) throws -> SigningKeys {
    var keys = webhook.keys
    switch changes.signingKey {
    case .absent: break
    case .reset: keys.signingKey = nil
    case .set(let privateKey): keys.signingKey = try secrets.keyPair(privateKey)
    }
    if keys.signingKey == nil, webhook.signing.contains(.standardEd25519) { keys.signingKey = try secrets.keyPair(nil) }
    // A key that a change replaces ends at once, as a secret does.
    if keys.signingKey != webhook.keys.signingKey { keys.previousSigningKey = nil }
    return keys
  }

  /// Replaces secrets of a webhook, so that those before sign on for a while; that is a revision.
  func rotate(_ id: String, _ rotation: SecretRotation, by principal: Principal) async throws -> Webhook {
    try await change(id, by: principal) { current in
      var changed = current
      if rotation.replacesSecret(of: current) {
        let secret = try rotation.secret.value ?? secrets.generate()
        try Self.check(secret != current.secret, "secret")
        changed.replaceSecret(by: secret, overlapSeconds: rotation.overlapSeconds, at: time.now())
      }
      if rotation.replacesKey(of: current) {
        let key = try secrets.keyPair(rotation.signingKey.value)
        try Self.check(key != current.keys.signingKey, "signing_key")
        changed.replaceSigningKey(by: key, overlapSeconds: rotation.overlapSeconds, at: time.now())
      }
      return changed
    }
  }

  private static func check(_ isOther: Bool, _ field: String) throws {
    guard isOther else { throw APIError.unexpected(field, "another one than the present one", got: "the same") }
  }
}

extension Change {
  /// The value that a request gives.
  fileprivate var value: Value? {
    if case .set(let value) = self { value } else { nil }
  }
}
