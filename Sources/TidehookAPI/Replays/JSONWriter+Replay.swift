// Replays as answers show them.

import TidehookCore

extension JSONWriter {
  /// Writes a replay.
  /// - Parameter waiting: what keeps it from going on.
  mutating func replay(_ replay: Replay, waiting: String?) {
    beginObject()
    key("id")
    string(replay.id.description)
    key("state")
    string(replay.state.rawValue)
    key("waiting")
    optional(waiting)
    key("total")
    if let total = replay.grownTotal { integer(total) } else { null() }
    key("replayed")
    integer(replay.replayed)
    key("created")
    integer(replay.created)
    key("skipped")
    integer(replay.skipped)
    members(of: replay.request)
    key("made_by")
    string(replay.madeBy)
    key("created_at")
    string(replay.createdAt.rfc3339)
    key("updated_at")
    string(replay.updatedAt.rfc3339)
    key("ended_at")
    optional(replay.endedAt?.rfc3339)
    endObject()
  }

  private mutating func members(of request: ReplayRequest) {
    key("webhook")
    optional(request.webhook?.description)
    key("states")
    strings(request.states.map(\.rawValue))
    key("missing")
    bool(request.includesMissing)
    key("types")
    strings(request.types.map(\.description))
    key("namespace")
    optional(request.namespace?.name)
    key("since")
    optional(request.since?.rfc3339)
    key("until")
    optional(request.until?.rfc3339)
    key("error")
    optional(request.error)
    key("failure")
    optional(request.failure?.rawValue)
    key("revision")
    string(request.versions.rawValue)
    key("rate")
    integer(request.rate)
  }

  private mutating func strings(_ texts: [String]) {
    beginArray()
    for text in texts { string(text) }
    endArray()
  }

  /// Writes what a replay would do.
  mutating func preview(_ preview: ReplayPreview) {
    beginObject()
    key("dry_run")
    bool(true)
    key("total")
    integer(preview.deliveries + preview.missing)
    key("deliveries")
    integer(preview.deliveries)
    key("missing_deliveries")
    integer(preview.missing)
    key("is_complete")
    bool(preview.isComplete)
    key("examples")
    beginArray()
    for example in preview.examples { self.example(example.candidate, of: example.webhook) }
    endArray()
    endObject()
  }

  private mutating func example(_ candidate: ReplayCandidate, of webhook: WebhookID) {
    beginObject()
    key("delivery_id")
    optional(candidate.state == nil ? nil : DeliveryID(candidate.key).description)
    key("event_id")
    string(candidate.eventID.rawValue)
    key("event_type")
    string(candidate.type.name)
    key("webhook_id")
    string(webhook.description)
    key("state")
    optional(candidate.state?.rawValue)
    key("reason")
    optional(candidate.reason)
    key("at")
    string(candidate.at.rfc3339)
    endObject()
  }
}
