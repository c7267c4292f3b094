// Forgets secrets and keys whose time to sign beside their successors is over.

public import TidehookCore

extension SQLStore {
  private static let oneWebhooksKeys = SQLStatement("SELECT signing_keys FROM webhooks WHERE key = $1")
  private static let setKeys = SQLStatement("UPDATE webhooks SET signing_keys = $1 WHERE key = $2")

  /// Forgets what a webhook signed with before and that has ended by `now`. That is no revision.
  public func forgetExpiredKeys(of id: WebhookID, at now: Timestamp) async throws(StoreError) {
    try await writer.write("cannot forget the former secret of webhook \(id)") { connection in
      let text = try connection.first(Self.oneWebhooksKeys, [.key(id.value)]) { $0.optionalText(0) } ?? nil
      guard let text else { return }
      var keys = try SigningKeysDocument.read(text, of: id)
      keys.forgetExpired(at: now)
      let left = SigningKeysDocument.write(keys)
      if left != text { try connection.execute(Self.setKeys, [SQLValue(left), .key(id.value)]) }
    }
  }
}
