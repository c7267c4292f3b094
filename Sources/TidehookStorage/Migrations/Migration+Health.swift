// How webhooks fare.

extension Migration {
  /// What is known of a webhook's failures, as text; `NULL` while it is well. Written when that changes, not with each delivery.
  static let health = Migration(8, "health of webhooks") { _ in
    ["ALTER TABLE webhooks ADD COLUMN health TEXT"]
  }
}
