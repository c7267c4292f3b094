// Asks a receiver to echo a challenge, so that nobody registers a URL that is not theirs.

public import TidehookCore

/// Sends challenges.
public struct OwnershipCheck: OwnershipProver {
  /// The type of the event that carries a challenge.
  static let type = EventType(stored: "webhook.verification")
  /// The header that carries it too.
  static let header = "X-Tidehook-Challenge"

  private let directory: WebhookDirectory
  private let runner: AttemptRunner
  private let ids: IDGenerator
  private let time: any TimeSource

  /// The longest wait for an answer, in seconds: a request of a client waits for it.
  private static let maximumSeconds = 10.0

  /// Makes a check that sends as `runner` does, with the webhook's access. `directory` makes requests ready as it does for deliveries.
  public init(directory: WebhookDirectory, runner: AttemptRunner, ids: IDGenerator, time: any TimeSource) {
    self.directory = directory
    self.runner = runner
    self.ids = ids
    self.time = time
  }

  /// Sends a challenge to a webhook's URL.
  public func problem(with webhook: Webhook) async -> String? {
    let challenge = ids.next().text + ids.next().text
    let now = time.now()
    let data: JSONValue = ["challenge": .string(challenge)]
    let event = Event(
      PublishRequest(type: Self.type, namespace: webhook.namespace ?? .default, data: data.bytes), key: ids.next(), acceptedAt: now)
    let active = directory.prepare(webhook)
    var signatures: [HeaderField] = []
    do throws(AttemptFailure) {
      signatures = try active.signer.headers(messageID: event.id.rawValue, timestamp: now.seconds, body: event.payload)
    } catch {
      return error.message
    }
    let type = active.setsContentType ? [] : [HeaderField("Content-Type", "application/json")]
    let granted = await runner.client.send(
      SignedRequest(
        url: webhook.url, headers: type + active.headers + [HeaderField(Self.header, challenge)] + signatures, body: event.payload,
        timeout: .microseconds(Int64(min(webhook.timeoutSeconds, Self.maximumSeconds) * 1e6))), for: active)
    // Whether a new webhook will be there is not known yet; if not, nobody would forget its token.
    if directory.active(webhook.id) == nil { runner.client.tokens.forget(webhook.id) }
    switch granted.exchange.result {
    case .success(let response): return Self.problem(with: response, challenge: challenge)
    case .failure(let failure): return granted.secrets.reduce(failure.message) { $1.hiding($0) }
    }
  }

  /// Reads an answer: 2xx, and the challenge as the whole body or as the member `challenge` of a JSON object. The request sent back whole
  /// proves nothing: many services do that.
  static func problem(with response: ReceivedResponse, challenge: String) -> String? {
    guard (200...299).contains(response.status) else { return "the receiver answered \(response.status)" }
    let text = String(decoding: response.body, as: UTF8.self)
    let isWhitespace: (Unicode.Scalar) -> Bool = { $0.properties.isWhitespace }
    let start = text.unicodeScalars.firstIndex { !isWhitespace($0) } ?? text.endIndex
    let end = text.unicodeScalars.lastIndex { !isWhitespace($0) }.map { text.unicodeScalars.index(after: $0) } ?? text.endIndex
    if text[start..<end] == challenge { return nil }
    if (try? JSONValue(parsing: response.body))?["challenge"]?.stringValue == challenge { return nil }
    return "the receiver did not answer with the challenge"
  }
}
