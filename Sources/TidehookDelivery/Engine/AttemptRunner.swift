// One attempt, stage by stage: pipeline, signature, exchange, and what follows from its outcome.

public import TidehookCore

/// Makes attempts. Holds no state of its own: what it returns is all that happened.
public struct AttemptRunner: Sendable {
  let directory: WebhookDirectory
  private let pipelines: any PipelineRunner
  private let client: any DeliveryClient
  private let ids: IDGenerator
  private let time: any TimeSource
  private let random: any RandomSource

  /// How much of an answer's body is kept with the attempt, in bytes.
  private static let keptResponseBytes = 4096

  /// Makes a runner of the parts that it leads through.
  public init(
    directory: WebhookDirectory, pipelines: any PipelineRunner, client: any DeliveryClient, ids: IDGenerator, time: any TimeSource,
    random: any RandomSource
  ) {
    self.directory = directory
    self.pipelines = pipelines
    self.client = client
    self.ids = ids
    self.time = time
    self.random = random
  }

  /// Attempts a delivery once and decides what follows.
  /// - Returns: `nil` when the exchange was cancelled because the process stops: that is no attempt.
  package func attempt(_ delivery: DueDelivery) async -> CompletedDelivery? {
    guard let active = directory.active(delivery.webhook) else { return untried(delivery, .webhookDeleted) }
    guard active.webhook.isActive else { return untried(delivery, .webhookInactive) }
    let startedAt = time.now()
    var attempt = Attempt(
      id: AttemptID(ids.next()), number: delivery.attemptCount + 1, trigger: delivery.trigger, revision: active.webhook.revision,
      startedAt: startedAt, durationMicroseconds: 0)
    guard let input = await carryOut(&attempt, of: delivery, for: active) else { return nil }
    let endedAt = time.now()
    attempt.durationMicroseconds = max(0, endedAt.microseconds - startedAt.microseconds)
    var transition = Transition.after(
      input, attempt: attempt.number - delivery.earlierAttempts, policy: active.webhook.retry, now: endedAt, unit: random.unit())
    if transition.state == .retrying, directory.active(delivery.webhook) == nil {
      // The webhook was deleted meanwhile: there is nothing to retry for.
      transition = Transition.after(.webhookDeleted, attempt: 1, policy: active.webhook.retry, now: endedAt, unit: 0)
    }
    return CompletedDelivery(id: delivery.id, attempt: attempt, transition: transition, at: endedAt)
  }

  private func untried(_ delivery: DueDelivery, _ input: DeliveryInput) -> CompletedDelivery {
    let now = time.now()
    let transition = Transition.after(input, attempt: 1, policy: RetryPolicy(), now: now, unit: 0)
    return CompletedDelivery(id: delivery.id, attempt: nil, transition: transition, at: now)
  }

  private func carryOut(_ attempt: inout Attempt, of delivery: DueDelivery, for active: ActiveWebhook) async -> DeliveryInput? {
    var verdict = PipelineVerdict.send(body: nil, overrides: RequestOverrides())
    if !active.webhook.pipeline.isEmpty {
      let result = await pipelines.run(active.webhook, on: delivery, at: attempt.startedAt)
      attempt.log = result.log
      verdict = result.verdict
    }
    switch Preparation(verdict, for: active) {
    case .dropped(let reason):
      return .dropped(reason: reason)
    case .failed(let failure):
      attempt.failure = failure
      return .failed(failure)
    case .send(let prepared):
      return await send(prepared, &attempt, of: delivery, for: active)
    }
  }

  private func send(
    _ prepared: PreparedRequest, _ attempt: inout Attempt, of delivery: DueDelivery, for active: ActiveWebhook
  ) async -> DeliveryInput? {
    let body = prepared.ownBody ?? delivery.event.payload
    let signatures: [HeaderField]
    do throws(AttemptFailure) {
      signatures = try active.signer.headers(messageID: delivery.event.id.rawValue, timestamp: time.now().seconds, body: body)
    } catch {
      attempt.failure = error
      return .failed(error)
    }
    let request = SignedRequest(
      method: prepared.method, url: prepared.url, headers: prepared.headers + signatures, body: body,
      timeout: .microseconds(Int64(active.webhook.timeoutSeconds * 1e6)))
    let exchange = await client.send(request)
    guard !exchange.isCancelled else { return nil }
    attempt.request = SentRequest(
      method: request.method, url: request.url.description, headers: request.headers, body: prepared.ownBody)
    attempt.phases = exchange.phases
    switch exchange.result {
    case .failure(let failure):
      attempt.failure = failure
      return .failed(failure)
    case .success(var response):
      if response.body.count > Self.keptResponseBytes {
        response.body.removeSubrange(Self.keptResponseBytes...)
        response.isTruncated = true
      }
      attempt.response = response
      if !(200...299).contains(response.status) {
        attempt.failure = AttemptFailure(.status, "the receiver answered \(response.status)")
      }
      return .answered(status: response.status, retryAfter: retryAfter(response))
    }
  }

  /// What a receiver asks for with `Retry-After`: seconds, or an HTTP-date (RFC 9110, section 10.2.3).
  private func retryAfter(_ response: ReceivedResponse) -> Duration? {
    guard response.status >= 300, let text = response.header("Retry-After") else { return nil }
    if let seconds = Int64(text), seconds >= 0 { return .seconds(min(seconds, 10_000_000)) }
    guard let date = Timestamp(httpDate: text) else { return nil }
    return .microseconds(max(0, date.microseconds - time.now().microseconds))
  }
}
