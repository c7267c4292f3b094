// Reads what webhooks were like before; SQLStore+Webhooks.swift writes it, with each change.

public import TidehookCore

extension SQLStore: WebhookRevisions {
  private static let columns = """
    r.revision, r.config, r.created_at_us, r.made_by, w.secret, w.created_at_us, r.changes_secret, w.signing_keys, r.changed_access
    """
  private static let newestRevisions = SQLStatement(
    """
    SELECT \(columns) FROM webhooks w JOIN webhook_revisions r ON r.webhook_key = w.key
    WHERE w.key = $1 AND w.entropy = $2 AND r.revision < $3 ORDER BY r.revision DESC LIMIT $4
    """)
  private static let oneRevision = SQLStatement(
    """
    SELECT \(columns) FROM webhooks w JOIN webhook_revisions r ON r.webhook_key = w.key
    WHERE w.key = $1 AND w.entropy = $2 AND r.revision = $3
    """)

  /// A webhook's revisions, newest first, below `before` where it is given; none for an unknown webhook.
  public func revisions(of id: WebhookID, before: Int?, limit: Int) async throws(StoreError) -> [WebhookRevision] {
    let arguments: [SQLValue] = [
      .key(id.value), .entropy(id.value), .integer(before.map(Int64.init) ?? .max), .integer(Int64(limit)),
    ]
    let rows = try await read("list the revisions of webhook \(id)") { connection throws(SQLFailure) in
      try connection.all(Self.newestRevisions, arguments) { RevisionRow($0) }
    }
    var revisions: [WebhookRevision] = []
    for row in rows { revisions.append(try row.revision(of: id)) }
    return revisions
  }

  /// One revision of a webhook.
  public func revision(_ number: Int, of id: WebhookID) async throws(StoreError) -> WebhookRevision? {
    let arguments: [SQLValue] = [.key(id.value), .entropy(id.value), .integer(Int64(number))]
    let row = try await read("read revision \(number) of webhook \(id)") { connection throws(SQLFailure) in
      try connection.first(Self.oneRevision, arguments) { RevisionRow($0) }
    }
    return try row?.revision(of: id)
  }
}

extension SQLStore: WebhookMakers {
  private static let oneMaker = SQLStatement("SELECT made_by FROM webhook_revisions WHERE webhook_key = $1 AND revision = 1")

  /// The makers of the first revisions of these webhooks, as far as they are known.
  public func makers(of ids: [WebhookID]) async throws(StoreError) -> [WebhookID: String] {
    try await read("read who made \(ids.count) webhooks") { connection throws(SQLFailure) in
      var makers: [WebhookID: String] = [:]
      for id in ids { makers[id] = try connection.first(Self.oneMaker, [.key(id.value)]) { $0.text(0) } }
      return makers
    }
  }
}

/// A row of `webhook_revisions`, whose configuration is not read yet.
private struct RevisionRow: Sendable {
  private let number: Int
  private let config: String
  private let madeAt: Timestamp
  private let madeBy: String
  private let secret: Secret
  private let createdAt: Timestamp
  private let changesSecret: Bool
  private let keys: String?
  private let changedAccess: EndpointAccess.Parts

  init(_ row: any SQLRow) {
    number = Int(row.integer(0))
    config = row.text(1)
    madeAt = row.time(2)
    madeBy = row.text(3)
    secret = Secret(row.text(4))
    createdAt = row.time(5)
    changesSecret = row.integer(6) == 1
    keys = row.optionalText(7)
    changedAccess = EndpointAccess.Parts(rawValue: row.integer(8))
  }

  func revision(of id: WebhookID) throws(StoreError) -> WebhookRevision {
    let webhook = try WebhookDocument.read(
      config, id: id, secret: secret, keys: keys, revision: number, createdAt: createdAt, updatedAt: madeAt)
    var revision = WebhookRevision(webhook: webhook, createdAt: madeAt, madeBy: madeBy, changesSecret: changesSecret)
    revision.changedAccess = changedAccess
    return revision
  }
}
