// A webhook as Mem0's clients know it.

import TidehookCore

extension JSONWriter {
  /// Writes a webhook in Mem0's form.
  /// - Parameters:
  ///   - owner: the name of the key that made it.
  ///   - secret: its secret, in the one answer that shows it.
  mutating func mem0Webhook(_ webhook: Webhook, owner: String, secret: Secret? = nil) {
    beginObject()
    key("webhook_id")
    string(webhook.id.description)
    key("name")
    string(webhook.name)
    key("url")
    string(webhook.url.description)
    key("owner")
    string(owner)
    key("event_types")
    beginArray()
    for pattern in webhook.events { string(Mem0EventType.name(of: pattern)) }
    endArray()
    key("project")
    optional(webhook.namespace?.name)
    key("is_active")
    bool(webhook.isActive)
    key("created_at")
    string(webhook.createdAt.rfc3339)
    key("updated_at")
    string(webhook.updatedAt.rfc3339)
    if let secret {
      key("secret")
      string(secret.revealed)
    }
    endObject()
  }
}
