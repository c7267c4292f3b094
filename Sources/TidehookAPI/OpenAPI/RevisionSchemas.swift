// The schemas of webhooks' revisions.

import TidehookCore

enum RevisionSchemas {
  static let all: [JSONValue.Member] = [
    .init("WebhookRevision", Schema.object([.init("webhook_id", Schema.string("The webhook."))] + common + [configuration])),
    .init("WebhookRevisionSummary", Schema.object(common + [changed])),
    .init("WebhookRevisionPage", Schema.page(of: "WebhookRevisionSummary")),
    .init("WebhookDiff", diff),
    .init("Rollback", Schema.object([.init("revision", Schema.count("Which revision to go back to."))], required: ["revision"])),
  ]

  private static let common: [JSONValue.Member] = [
    .init("revision", Schema.count("Counts the changes, from 1.")), .init("created_at", Schema.time()),
    .init("made_by", Schema.string("The key that made it; receiver when an answer made the webhook inactive.")),
  ]

  private static let configuration = JSONValue.Member(
    "configuration", Schema.object(WebhookSchemas.configuration))

  private static let changed = JSONValue.Member(
    "changed", ["type": ["array", "null"], "items": Schema.string("A field that it changed."), "description": "null for the first."])

  private static let diff = Schema.object([
    .init("from", Schema.count("The older revision.")), .init("to", Schema.count("The newer one.")),
    .init(
      "changes",
      Schema.array(
        of: Schema.object(
          [
            .init("field", Schema.string("Where it stands, as in pipeline[1].options.channel.")),
            .init("from", ["description": "What it was; null when it was not there."]),
            .init("to", ["description": "What it is; null when it is not there."]),
            .init("diff", Schema.string("Of a script: its changed lines, as diff -u shows them.")),
          ], required: ["field", "from", "to"]))),
  ])
}
