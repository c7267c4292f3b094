// The column of what opens webhooks' receivers.

extension Migration {
  /// How each webhook is reached, secrets included: in no revision, and `NULL` for nearly every one. Revisions say which parts they changed.
  static let access = Migration(10, "access of webhooks") { dialect in
    [
      "ALTER TABLE webhooks ADD COLUMN access TEXT",
      "ALTER TABLE webhook_revisions ADD COLUMN changed_access \(dialect.integer)",
    ]
  }
}
