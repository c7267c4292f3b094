// Revisions and their differences as answers show them.

import TidehookCore

/// A revision as lists show it: who made it, when, and what it changed.
struct RevisionSummary {
  let revision: Int
  let createdAt: Timestamp
  let madeBy: String
  /// The fields that it changed, `secret` and those of the access among them though revisions do not keep them; `nil` for the first.
  let fields: [String]?

  /// - Parameter earlier: the revision before it; `nil` when it is the first.
  init(_ revision: WebhookRevision, after earlier: WebhookRevision?, hiding options: SecretOptions) {
    self.revision = revision.webhook.revision
    createdAt = revision.createdAt
    madeBy = revision.madeBy
    fields = earlier.map {
      WebhookDiff(from: $0.webhook, to: revision.webhook, hiding: options).changes.map(\.field) + (revision.changesSecret ? ["secret"] : [])
        + revision.changedAccess.names
    }
  }
}

extension JSONWriter {
  /// Writes a revision as lists show it.
  mutating func revision(_ row: RevisionSummary) {
    beginObject()
    key("revision")
    integer(row.revision)
    key("created_at")
    string(row.createdAt.rfc3339)
    key("made_by")
    string(row.madeBy)
    key("changed")
    if let fields = row.fields {
      beginArray()
      for field in fields { string(field) }
      endArray()
    } else {
      null()
    }
    endObject()
  }

  /// Writes a revision with its configuration.
  mutating func revision(_ revision: WebhookRevision, hiding options: SecretOptions) {
    beginObject()
    key("webhook_id")
    string(revision.webhook.id.description)
    key("revision")
    integer(revision.webhook.revision)
    key("created_at")
    string(revision.createdAt.rfc3339)
    key("made_by")
    string(revision.madeBy)
    key("configuration")
    beginObject()
    configuration(of: revision.webhook, hiding: options)
    endObject()
    endObject()
  }

  /// Writes what changed, with the lines of scripts that changed.
  mutating func diff(_ diff: WebhookDiff, from old: Int, to new: Int) {
    beginObject()
    key("from")
    integer(old)
    key("to")
    integer(new)
    key("changes")
    beginArray()
    for change in diff.changes { self.change(change, from: "revision \(old)", to: "revision \(new)") }
    endArray()
    endObject()
  }

  private mutating func change(_ change: WebhookDiff.Change, from oldName: String, to newName: String) {
    beginObject()
    key("field")
    string(change.field)
    key("from")
    value(change.from)
    key("to")
    value(change.to)
    if change.isScript, let old = change.from.stringValue, let new = change.to.stringValue {
      key("diff")
      string(LineDiff(from: old, to: new).unified(from: oldName, to: newName))
    }
    endObject()
  }
}
