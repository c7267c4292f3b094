// Keeps webhooks and every revision of them. A deleted webhook's row stays, without its secrets, because deliveries point to it.

public import TidehookCore

extension SQLStore: WebhookStore {
  private static let insertWebhook = SQLStatement(
    """
    INSERT INTO webhooks (key, entropy, revision, config, secret, created_at_us, updated_at_us, namespace, signing_keys, access)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    """)
  private static let insertRevision = SQLStatement(
    """
    INSERT INTO webhook_revisions (webhook_key, revision, config, created_at_us, made_by, changes_secret, changed_access)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    """)

  /// Stores a new webhook, and its first revision as made by `maker`.
  public func insert(_ webhook: Webhook, by maker: String) async throws(StoreError) {
    let config = WebhookDocument.write(webhook)
    return try await writer.write("cannot store webhook \(webhook.id)", weight: 2 * config.utf8.count) { connection in
      try connection.execute(
        Self.insertWebhook,
        [
          .key(webhook.id.value), .entropy(webhook.id.value), .integer(Int64(webhook.revision)), .text(config),
          .text(webhook.secret.revealed), .time(webhook.createdAt), .time(webhook.updatedAt), SQLValue(webhook.namespace?.name),
          SQLValue(SigningKeysDocument.write(webhook.keys)), AccessText.value(of: webhook.access),
        ])
      try Self.insertRevision(of: webhook, config, by: maker, after: nil, connection)
    }
  }

  private static let secrets = SQLStatement("SELECT secret, access, signing_keys FROM webhooks WHERE key = $1")
  private static let updateWebhook = SQLStatement(
    """
    UPDATE webhooks SET revision = $1, config = $2, secret = $3, updated_at_us = $4, namespace = $5, signing_keys = $6, access = $7
    WHERE key = $8 AND revision = $9 AND deleted_at_us IS NULL
    """)

  /// Stores a webhook's next revision; fails as `stale` unless the stored revision is the one just before it.
  public func update(_ webhook: Webhook, by maker: String) async throws(StoreError) {
    let config = WebhookDocument.write(webhook)
    return try await writer.write("cannot change webhook \(webhook.id)", weight: 2 * config.utf8.count) { connection in
      let earlier = try connection.first(Self.secrets, [.key(webhook.id.value)]) {
        (secret: Secret($0.text(0)), access: $0.optionalText(1), keys: $0.optionalText(2))
      }
      let changed = try connection.execute(
        Self.updateWebhook,
        [
          .integer(Int64(webhook.revision)), .text(config), .text(webhook.secret.revealed), .time(webhook.updatedAt),
          SQLValue(webhook.namespace?.name), SQLValue(SigningKeysDocument.write(webhook.keys)), AccessText.value(of: webhook.access),
          .key(webhook.id.value), .integer(Int64(webhook.revision - 1)),
        ])
      guard changed == 1 else { throw StoreError(.stale, "revision \(webhook.revision - 1) is not the current one") }
      try Self.insertRevision(of: webhook, config, by: maker, after: earlier, connection)
    }
  }

  private static func insertRevision(
    of webhook: Webhook, _ config: String, by maker: String, after earlier: (secret: Secret, access: String?, keys: String?)?,
    _ connection: any SQLConnection
  ) throws {
    let changesSecret = try earlier.map { earlier in
      try earlier.secret != webhook.secret || SigningKeysDocument.read(earlier.keys, of: webhook.id).signingKey != webhook.keys.signingKey
    }
    let changed = try earlier.map { webhook.access.difference(from: try AccessText.read($0.access, of: webhook.id)) } ?? []
    try connection.execute(
      insertRevision,
      [
        .key(webhook.id.value), .integer(Int64(webhook.revision)), .text(config), .time(webhook.updatedAt), .text(maker),
        changesSecret == true ? .integer(1) : .null, changed.isEmpty ? .null : .integer(changed.rawValue),
      ])
  }

  private static let deleteWebhook = SQLStatement(
    "UPDATE webhooks SET secret = '', signing_keys = NULL, access = NULL, deleted_at_us = $1 WHERE key = $2 AND deleted_at_us IS NULL")

  private static let oneConfig = SQLStatement("SELECT config FROM webhooks WHERE key = $1")
  private static let setConfig = SQLStatement("UPDATE webhooks SET config = $1 WHERE key = $2")
  /// One revision at a time: together they may be large.
  private static let nextPluginRevision = SQLStatement(
    """
    SELECT revision, config FROM webhook_revisions WHERE webhook_key = $1 AND revision > $2 AND config LIKE '%"plugin"%'
    ORDER BY revision LIMIT 1
    """)
  private static let setRevisionConfig = SQLStatement("UPDATE webhook_revisions SET config = $1 WHERE webhook_key = $2 AND revision = $3")

  /// Deletes a webhook and forgets its secret, what opens its receiver, and every text in the options of its plugins, in its revisions too:
  /// any may be a secret. Its deliveries stay readable. Fails as `stale` when there is none.
  public func delete(_ id: WebhookID) async throws(StoreError) {
    let now = time.now()
    return try await writer.write("cannot delete webhook \(id)") { connection in
      let deleted = try connection.execute(Self.deleteWebhook, [.time(now), .key(id.value)])
      guard deleted == 1 else { throw StoreError(.stale, "it does not exist") }
      try Self.forgetOptions(of: id, connection)
    }
  }

  private static func forgetOptions(of id: WebhookID, _ connection: any SQLConnection) throws {
    if let config = try connection.first(oneConfig, [.key(id.value)], { $0.text(0) }) {
      try connection.execute(setConfig, [.text(try WebhookDocument.withoutOptionTexts(config, of: id)), .key(id.value)])
    }
    var last = Int64.min
    while let row = try connection.first(nextPluginRevision, [.key(id.value), .integer(last)], { ($0.integer(0), $0.text(1)) }) {
      let config = try WebhookDocument.withoutOptionTexts(row.1, of: id)
      try connection.execute(setRevisionConfig, [.text(config), .key(id.value), .integer(row.0)])
      last = row.0
    }
  }

  private static let unsettled = SQLStatement(
    """
    SELECT w.key, w.entropy FROM webhooks w WHERE w.deleted_at_us IS NOT NULL AND (
      EXISTS (SELECT 1 FROM deliveries d WHERE d.webhook_key = w.key AND d.leased_by IS NULL AND d.due_at_us IS NOT NULL)
      OR EXISTS (SELECT 1 FROM deliveries d WHERE d.webhook_key = w.key AND \(DeliveryState.ended("$1"))))
    ORDER BY w.key
    """)

  /// Deleted webhooks whose deliveries were not all moved: the process ended, or the disk was full, between the two.
  public func unsettledDeletions() async throws(StoreError) -> [WebhookID] {
    try await read("list unfinished deletions") { connection throws(SQLFailure) in
      try connection.all(Self.unsettled, [.integer(DeliveryState.held.code)]) { WebhookID($0.id(0)) }
    }
  }

  private static let allWebhooks = SQLStatement(
    """
    SELECT key, entropy, revision, config, secret, created_at_us, updated_at_us, signing_keys, access FROM webhooks
    WHERE deleted_at_us IS NULL ORDER BY key
    """)

  /// Every webhook, oldest first.
  public func webhooks() async throws(StoreError) -> [Webhook] {
    let rows = try await read("list webhooks") { connection throws(SQLFailure) in
      try connection.all(Self.allWebhooks, []) { row in
        (
          id: WebhookID(row.id(0)), revision: Int(row.integer(2)), config: row.text(3), secret: Secret(row.text(4)), createdAt: row.time(5),
          updatedAt: row.time(6), keys: row.optionalText(7), access: row.optionalText(8)
        )
      }
    }
    var webhooks: [Webhook] = []
    for row in rows {
      var webhook = try WebhookDocument.read(
        row.config, id: row.id, secret: row.secret, keys: row.keys, revision: row.revision, createdAt: row.createdAt,
        updatedAt: row.updatedAt)
      webhook.access = try AccessText.read(row.access, of: row.id)
      webhooks.append(webhook)
    }
    return webhooks
  }
}
