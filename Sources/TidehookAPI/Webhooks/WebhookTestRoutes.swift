// The call that sends a sample through a webhook, at once.

import Hummingbird
import TidehookCore

/// `/v1/webhooks/{id}/test`.
struct WebhookTestRoutes: Sendable {
  let tester: any WebhookTester
  let editor: WebhookEditor
  let limits: APILimits
  private let gate: CallGate

  init(tester: any WebhookTester, editor: WebhookEditor, limits: APILimits) {
    self.tester = tester
    self.editor = editor
    self.limits = limits
    gate = CallGate(places: limits.tests, of: "tests")
  }

  var routes: [Route] {
    [Route(Self.test) { request in try await request.whileConnected(limit: limits.bodyBytes) { try await test($0) } }]
  }

  private func test(_ request: APIRequest) async throws -> Response {
    let webhook = try editor.webhook(request.id, for: request.principal)
    try editor.checkIsProven(webhook)
    let wanted = try Self.event(try await request.optionalJSON(limit: limits.bodyBytes), for: webhook)
    try gate.enter()
    defer { gate.leave() }
    let event = Event(wanted, key: editor.ids.next(), acceptedAt: editor.time.now())
    guard let test = await tester.test(webhook, on: event) else { throw APIError(.unavailable, "the test was cancelled") }
    var json = JSONWriter(reserving: 4096)
    json.test(test, of: event)
    return .json(json)
  }

  /// The event to send: the type that is named, else the first that the webhook names, else `memory.created`.
  private static func event(_ body: JSONValue?, for webhook: Webhook) throws -> PublishRequest {
    let fields = try Fields(body ?? [:], known: ["event", "data"])
    let type = try fields["event"]?.eventType() ?? webhook.usualType
    let data = try fields["data"].map { field in
      guard field.value.members != nil else { throw field.unexpected("an object") }
      return field.value
    }
    return PublishRequest(type: type, namespace: webhook.namespace ?? .default, data: (data ?? EventSamples.data(of: type)).bytes)
  }
}

extension Field {
  fileprivate func eventType() throws -> EventType {
    guard let type = value.stringValue.flatMap({ EventType($0) }) else { throw unexpected(EventType.expectation) }
    return type
  }
}

extension Webhook {
  /// A type that it wants, as far as its patterns name one.
  fileprivate var usualType: EventType {
    for case .exactly(let type) in events { return type }
    return EventType(stored: "memory.created")
  }
}

extension JSONWriter {
  fileprivate mutating func test(_ test: WebhookTest, of event: Event) {
    beginObject()
    key("outcome")
    string(test.state == .dead ? "failed" : test.state.rawValue)
    key("reason")
    optional(test.reason)
    key("event")
    self.event(event)
    key("attempt")
    attempt(test.attempt, payload: event.payload, isAbridged: false)
    endObject()
  }
}

extension WebhookTestRoutes {
  static let operations = [test]

  private static let test = Operation(
    id: "testWebhook", method: .post, path: "/v1/webhooks/{id}/test", isScoped: true,
    summary: "Send a sample to a webhook, active or not, at once; nothing of it is stored.", body: "WebhookTest", isBodyOptional: true,
    answer: "WebhookTestResult")

  static let schemas: [JSONValue.Member] = [
    .init(
      "WebhookTest",
      Schema.object([
        .init("event", Schema.string("The type; the first that the webhook names unless given, else memory.created.")),
        .init("data", Schema.anyObject("The event's data; a sample of the type unless given.")),
      ])),
    .init(
      "WebhookTestResult",
      Schema.object([
        .init("outcome", Schema.choice(["delivered", "filtered", "failed"])),
        .init("reason", Schema.string("Why it was dropped or failed.", nullable: true)),
        .init("event", Schema.reference("Event")), .init("attempt", Schema.reference("Attempt")),
      ])),
  ]
}
