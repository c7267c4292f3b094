// Gets access tokens, once for all deliveries that need one, and keeps them until shortly before they expire.

import Synchronization
import TidehookCore

/// The access tokens of this node's webhooks. They are not stored: a process asks again.
final class AccessTokens: Sendable {
  /// What came of a request for a token; `nil` of one that was cancelled because the process stops.
  typealias Answer = Result<AccessToken, AttemptFailure>?

  private struct Entry {
    /// What it was asked for with; a change of it asks anew.
    let client: OAuth2Client
    var answer: Answer
    /// When the answer came.
    var answeredAt: Timestamp
    /// Until when the answer is good.
    var goodUntil: Timestamp
    /// The request that is under way; whoever else needs a token waits for the same one.
    var request: Task<Answer, Never>?
  }

  /// A server that failed is not asked again before this: attempts until then fail of the same. Nor is one whose token is refused.
  private static let patience = Duration.seconds(1)
  /// A server that hangs takes no longer than this, however long a webhook's own attempts may.
  private static let longestWait = 15.0

  private let http: any DeliveryClient
  private let userAgent: HeaderField
  private let time: any TimeSource
  private let known = Mutex<[WebhookID: Entry]>([:])

  init(client: any DeliveryClient, userAgent: HeaderField, time: any TimeSource) {
    self.http = client
    self.userAgent = userAgent
    self.time = time
  }

  /// Forgets a deleted webhook.
  func forget(_ id: WebhookID) {
    known.withLock { $0[id] = nil }
  }

  /// A token for a webhook's requests.
  /// - Parameter refused: one that the receiver does not take any more; whoever says so first makes everybody ask for another. It is given
  ///   back when it is too new for that.
  func token(for webhook: Webhook, _ client: OAuth2Client, over route: ConnectionRoute?, refused: AccessToken? = nil) async -> Answer {
    let now = time.now()
    let next: Next = known.withLock { known in
      if let entry = known[webhook.id], entry.client == client {
        if let request = entry.request { return .wait(request) }
        // A receiver that takes no token at all must not make every attempt ask for one.
        let isNew = now < entry.answeredAt + Self.patience
        if now < entry.goodUntil, let answer = entry.answer, isNew || !Self.isToken(answer, refused) { return .known(answer) }
      }
      let request = Task { await self.ask(client, for: webhook, over: route) }
      known[webhook.id] = Entry(client: client, answer: nil, answeredAt: now, goodUntil: now, request: request)
      return .wait(request)
    }
    switch next {
    case .known(let answer): return answer
    case .wait(let request): return await request.value
    }
  }

  private enum Next {
    case known(Result<AccessToken, AttemptFailure>)
    case wait(Task<Answer, Never>)
  }

  private static func isToken(_ answer: Result<AccessToken, AttemptFailure>, _ refused: AccessToken?) -> Bool {
    guard case .success(let token) = answer, let refused else { return false }
    return token == refused
  }

  private func ask(_ client: OAuth2Client, for webhook: Webhook, over route: ConnectionRoute?) async -> Answer {
    let exchange = await http.send(request(client, for: webhook, over: route))
    let answer = Self.read(exchange)
    let now = time.now()
    known.withLock { known in
      // The webhook may have been changed or deleted meanwhile.
      guard known[webhook.id]?.client == client else { return }
      known[webhook.id]?.answer = answer
      known[webhook.id]?.answeredAt = now
      known[webhook.id]?.goodUntil = now + Self.life(of: answer)
      known[webhook.id]?.request = nil
    }
    return answer
  }

  private func request(_ client: OAuth2Client, for webhook: Webhook, over route: ConnectionRoute?) -> SignedRequest {
    var headers = [
      HeaderField("Content-Type", "application/x-www-form-urlencoded"), HeaderField("Accept", "application/json"), userAgent,
    ]
    if let user = client.userAndPassword { headers.append(.basic(user)) }
    let timeout = min(webhook.timeoutSeconds, Self.longestWait)
    return SignedRequest(
      url: client.tokenURL, headers: headers, body: client.form, timeout: .microseconds(Int64(timeout * 1e6)), route: route)
  }

  /// What went wrong is said as a failure of kind `auth`, but for an address that must not be connected to, which stays so.
  private static func read(_ exchange: Exchange) -> Answer {
    guard !exchange.isCancelled else { return nil }
    switch exchange.result {
    case .success(let response):
      return Result { () throws(AttemptFailure) in try AccessToken(response) }
    case .failure(let failure):
      let message = "token endpoint: \(failure.message)"
      guard failure.kind == .blocked else { return .failure(AttemptFailure(.auth, message)) }
      return .failure(AttemptFailure(.blocked, message, outline: "the token endpoint is not allowed: \(failure.message)"))
    }
  }

  private static func life(of answer: Answer) -> Duration {
    switch answer {
    case nil: .zero
    case .success(let token)?: token.usableFor
    case .failure?: patience
    }
  }
}
