// Deliveries and their attempts as answers show them.

import TidehookCore

extension JSONWriter {
  /// Writes a delivery as lists show it.
  mutating func delivery(_ delivery: Delivery) {
    beginObject()
    members(of: delivery)
    endObject()
  }

  /// Writes a delivery with its attempts.
  /// - Parameter lines: where the scripts of stages that dropped it say so, as far as that is known.
  mutating func delivery(_ record: DeliveryRecord, droppedAt lines: DropLines) {
    beginObject()
    members(of: record.delivery, droppedAt: lines.ofDelivery)
    key("attempts")
    beginArray()
    for attempt in record.attempts {
      self.attempt(
        attempt, payload: record.event.payload, isAbridged: record.abridged.contains(attempt.id), droppedAt: lines.ofAttempts[attempt.id])
    }
    endArray()
    endObject()
  }

  private mutating func members(of delivery: Delivery, droppedAt line: Int? = nil) {
    key("id")
    string(delivery.id.description)
    key("event_id")
    string(delivery.eventID.rawValue)
    key("event_type")
    string(delivery.eventType.name)
    key("webhook_id")
    string(delivery.webhookID.description)
    key("state")
    string(delivery.state.rawValue)
    key("reason")
    optional(delivery.reason)
    key("failure")
    optional(delivery.failure?.rawValue)
    key("dropped_by")
    stage(delivery.droppedBy, line)
    key("attempt_count")
    integer(delivery.attemptCount)
    key("next_attempt_at")
    optional(delivery.nextAttemptAt?.rfc3339)
    key("waits_for_turn")
    bool(delivery.waitsForTurn)
    key("batch")
    optional(delivery.batch?.description)
    key("created_at")
    string(delivery.createdAt.rfc3339)
    key("updated_at")
    string(delivery.updatedAt.rfc3339)
    if let erased = delivery.erasedAt {
      key("erased_at")
      string(erased.rfc3339)
    }
  }

  /// Writes a stage as dry runs name it, or `null`.
  private mutating func stage(_ stage: DroppingStage?, _ line: Int?) {
    guard let stage else { return null() }
    beginObject()
    key("stage")
    integer(stage.index)
    key("name")
    string(stage.name)
    key("plugin")
    optional(stage.plugin?.name)
    key("revision")
    if let plugin = stage.plugin { integer(plugin.revision) } else { null() }
    key("line")
    if let line { integer(line) } else { null() }
    endObject()
  }

  /// Writes an attempt.
  /// - Parameters:
  ///   - payload: the event's, which is what was sent unless the pipeline made something else.
  ///   - isAbridged: whether headers, bodies and log are left out.
  ///   - line: where the script that dropped the event says so; `nil` when that is not known.
  mutating func attempt(_ attempt: Attempt, payload: [UInt8], isAbridged: Bool, droppedAt line: Int? = nil) {
    beginObject()
    key("id")
    string(attempt.id.description)
    key("number")
    integer(attempt.number)
    key("trigger")
    string(attempt.trigger.rawValue)
    key("revision")
    integer(attempt.revision)
    key("plugins")
    plugins(attempt.plugins)
    key("started_at")
    string(attempt.startedAt.rfc3339)
    key("duration_ms")
    milliseconds(attempt.durationMicroseconds)
    key("phases")
    phases(attempt.phases)
    key("failure")
    optional(attempt.failure?.kind.rawValue)
    key("error")
    optional(attempt.failure?.message)
    key("reason")
    optional(attempt.drop?.reason)
    key("dropped_by")
    stage(attempt.drop?.stage, line)
    key("request")
    request(attempt.request, body: isAbridged ? nil : attempt.request?.body ?? payload)
    key("response")
    response(attempt.response, body: isAbridged ? nil : attempt.response?.body)
    key("log")
    string(attempt.log)
    key("body_omitted")
    bool(isAbridged)
    endObject()
  }

  private mutating func plugins(_ plugins: [PluginVersion]) {
    beginArray()
    for plugin in plugins { pluginVersion(plugin) }
    endArray()
  }

  /// Writes `{name, revision}`, or `null`.
  mutating func pluginVersion(_ plugin: PluginVersion?) {
    guard let plugin else { return null() }
    beginObject()
    key("name")
    string(plugin.name)
    key("revision")
    integer(plugin.revision)
    endObject()
  }

  private mutating func phases(_ phases: ExchangePhases?) {
    guard let phases else { return null() }
    beginObject()
    key("resolve_ms")
    milliseconds(phases.resolveMicroseconds)
    key("connect_ms")
    milliseconds(phases.connectMicroseconds)
    key("first_byte_ms")
    milliseconds(phases.firstByteMicroseconds)
    key("total_ms")
    milliseconds(phases.totalMicroseconds)
    endObject()
  }

  /// Writes `{method, url, headers, body}`, or `null`.
  mutating func request(_ request: SentRequest?, body: [UInt8]?) {
    guard let request else { return null() }
    beginObject()
    key("method")
    string(request.method)
    key("url")
    string(request.url)
    key("headers")
    headers(request.headers)
    self.body(body, isTruncated: false)
    endObject()
  }

  private mutating func response(_ response: ReceivedResponse?, body: [UInt8]?) {
    guard let response else { return null() }
    beginObject()
    key("status")
    integer(response.status)
    key("headers")
    headers(response.headers)
    self.body(body, isTruncated: response.isTruncated)
    key("truncated")
    bool(response.isTruncated)
    endObject()
  }

  private mutating func milliseconds(_ microseconds: Int64?) {
    guard let microseconds else { return null() }
    number(Double(microseconds) / 1000)
  }
}
