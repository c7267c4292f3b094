// Asks receivers whether they want deliveries, once for each revision of a webhook, and remembers what they said.

import Synchronization
import TidehookCore

/// The handshakes of this node's webhooks.
final class Handshakes: Sendable {
  private struct Entry {
    var verdict: HandshakeVerdict?
    /// When it was asked last.
    var askedAt: Timestamp
    /// The question that is under way; whoever else wants to know waits for the same answer. `nil` comes of one that was cancelled.
    var question: Task<HandshakeVerdict?, Never>?
  }

  /// A receiver that refused is not asked again before this: attempts until then fail of the same.
  private static let patience = Duration.seconds(1)
  /// Replays may run earlier revisions: as many are remembered for each webhook.
  private static let maxRevisions = 8

  private let client: AccessClient
  /// The name that asks: `WebHook-Request-Origin`.
  private let origin: String
  private let time: any TimeSource
  private let known = Mutex<[WebhookID: [Int: Entry]]>([:])

  init(client: AccessClient, origin: String, time: any TimeSource) {
    self.client = client
    self.origin = origin
    self.time = time
  }

  /// The headers of a delivery whose receiver agreed: with today's name for the origin, and with that of versions 1.0 and 1.0.1.
  func marked(_ headers: [HeaderField]) -> [HeaderField] {
    let names = ["WebHook-Request-Origin", "Origin"]
    let others = headers.filter { header in !names.contains { $0.lowercased() == header.name.lowercased() } }
    return others + names.map { HeaderField($0, origin) }
  }

  /// Where the handshake of a webhook's revision stands.
  func state(of webhook: Webhook) -> HandshakeState {
    known.withLock { $0[webhook.id]?[webhook.revision]?.verdict?.state } ?? .pending
  }

  /// Forgets a deleted webhook.
  func forget(_ id: WebhookID) {
    known.withLock { $0[id] = nil }
  }

  /// Whether the receiver of a webhook's revision agrees; it is asked when that is not known.
  /// - Returns: `nil` when the question was cancelled because the process stops.
  func verdict(for active: ActiveWebhook) async -> HandshakeVerdict? {
    let now = time.now()
    let key = (id: active.webhook.id, revision: active.webhook.revision)
    let next: Next = known.withLock { known in
      let entry = known[key.id]?[key.revision]
      if let question = entry?.question { return .wait(question) }
      if let entry, let verdict = entry.verdict, Self.holds(entry, at: now) { return .known(verdict) }
      let question = Task { await self.ask(active) }
      if known[key.id, default: [:]].count >= Self.maxRevisions { known[key.id] = [:] }
      known[key.id, default: [:]][key.revision] = Entry(verdict: entry?.verdict, askedAt: now, question: question)
      return .wait(question)
    }
    switch next {
    case .known(let verdict): return verdict
    case .wait(let question): return await question.value
    }
  }

  private enum Next {
    case known(HandshakeVerdict)
    case wait(Task<HandshakeVerdict?, Never>)
  }

  private static func holds(_ entry: Entry, at now: Timestamp) -> Bool {
    switch entry.verdict {
    case .agreed: true
    case .refused: now < entry.askedAt + patience
    case nil: false
    }
  }

  private func ask(_ active: ActiveWebhook) async -> HandshakeVerdict? {
    let exchange = await client.send(request(for: active), for: active).exchange
    let verdict: HandshakeVerdict? =
      if exchange.isCancelled {
        nil
      } else {
        switch exchange.result {
        case .success(let response): HandshakeVerdict(response, origin: origin)
        case .failure(let failure): HandshakeVerdict(failure)
        }
      }
    known.withLock { known in
      known[active.webhook.id]?[active.webhook.revision]?.verdict = verdict
      known[active.webhook.id]?[active.webhook.revision]?.question = nil
    }
    return verdict
  }

  /// The validation request (section 4.1): to the very URL of the deliveries, with the webhook's own headers, which may be what opens the door.
  private func request(for active: ActiveWebhook) -> SignedRequest {
    var headers = active.headers + [HeaderField("WebHook-Request-Origin", origin)]
    if let limit = active.webhook.rateLimit {
      headers.append(HeaderField("WebHook-Request-Rate", "\(max(1, limit.count * 60 / limit.perSeconds))"))
    }
    return SignedRequest(
      method: "OPTIONS", url: active.webhook.url, headers: headers, body: [],
      timeout: .microseconds(Int64(active.webhook.timeoutSeconds * 1e6)))
  }
}
