// The column of what webhooks sign with beside their secrets.

extension Migration {
  /// Key pairs, and what was replaced and still signs: `NULL` for most webhooks.
  static let signingKeys = Migration(9, "signing keys") { _ in ["ALTER TABLE webhooks ADD COLUMN signing_keys TEXT"] }
}
