// One attempt, stage by stage: pipeline, signature, exchange, judgement, and what follows from its outcome.

public import TidehookCore

/// Makes attempts. What it returns is all that happened; it keeps nothing but the earlier revisions that replays asked for last.
public struct AttemptRunner: Sendable {
  let directory: WebhookDirectory
  let handshakes: Handshakes
  private let pinned: PinnedWebhooks
  let pipelines: any PipelineRunner & BatchPipelineRunner
  let client: AccessClient
  let ids: IDGenerator
  let time: any TimeSource
  /// Whether pipelines may send nowhere but to the origin whose owner was asked.
  private let staysAtOrigin: Bool
  private let random: any RandomSource

  /// How much of an answer's body is kept with the attempt, in bytes.
  private static let keptResponseBytes = 4096

  /// Makes a runner of the parts that it leads through.
  /// - Parameters:
  ///   - origin: the name by which receivers are asked for their consent, a DNS name.
  ///   - proxy: the gateway's own proxy, whose password is shown to nobody.
  ///   - staysAtOrigin: whether pipelines may send nowhere but to the scheme, host and port of their webhook's URL.
  public init(
    directory: WebhookDirectory, revisions: any WebhookRevisions, pipelines: any PipelineRunner & BatchPipelineRunner,
    client: any DeliveryClient,
    proxy: ForwardProxy? = nil, origin: String, ids: IDGenerator, time: any TimeSource, random: any RandomSource,
    staysAtOrigin: Bool = false
  ) {
    self.directory = directory
    self.pinned = PinnedWebhooks(revisions)
    self.pipelines = pipelines
    let tokens = AccessTokens(client: client, userAgent: directory.userAgent, time: time)
    self.client = AccessClient(client: client, tokens: tokens, proxy: proxy)
    self.handshakes = Handshakes(client: self.client, origin: origin, time: time)
    self.ids = ids
    self.time = time
    self.random = random
    self.staysAtOrigin = staysAtOrigin
  }

  /// Attempts a delivery once and decides what follows.
  /// - Returns: `nil` when the exchange was cancelled because the process stops: that is no attempt.
  package func attempt(_ delivery: DueDelivery) async -> CompletedDelivery? {
    guard let current = directory.active(delivery.webhook) else { return untried(delivery, .webhookDeleted) }
    guard current.webhook.isActive else { return untried(delivery, .webhookInactive) }
    let startedAt = time.now()
    var attempt = Attempt(
      id: AttemptID(ids.next()), number: delivery.attemptCount + 1, trigger: delivery.trigger,
      revision: delivery.pinned?.revision ?? current.webhook.revision, startedAt: startedAt, durationMicroseconds: 0)
    var (active, input): (ActiveWebhook, DeliveryInput?) = (current, nil)
    var drops: [CompletedBatch.Drop] = []
    do throws(AttemptFailure) {
      if let pin = delivery.pinned { active = try await pinned.webhook(current, at: pin.revision, in: directory) }
      if delivery.isBatched(by: active) {
        input = await carryOutBatch(&attempt, &drops, of: delivery, for: active)
      } else {
        input = await carryOut(&attempt, of: delivery, for: active)
      }
    } catch {
      input = .failed(error)
    }
    guard let input else { return nil }
    let endedAt = time.now()
    attempt.end(input, at: endedAt)
    let transition = transition(after: input, attempt, of: delivery, for: active, at: endedAt)
    var completed = CompletedDelivery(
      id: delivery.id, attempt: attempt, transition: transition, at: endedAt, batch: delivery.batch?.completed(without: drops))
    // The receiver of an earlier revision may be another one.
    if attempt.revision == current.webhook.revision { completed.signal = ReceiverSignal(input, policy: active.webhook.retry) }
    return completed
  }

  private func untried(_ delivery: DueDelivery, _ input: DeliveryInput) -> CompletedDelivery {
    let now = time.now()
    let transition = Transition.after(input, attempt: 1, policy: RetryPolicy(), now: now, unit: 0)
    return CompletedDelivery(id: delivery.id, attempt: nil, transition: transition, at: now, batch: delivery.batch?.completed(without: []))
  }

  func transition(
    after input: DeliveryInput, _ attempt: Attempt, of delivery: DueDelivery, for active: ActiveWebhook, at now: Timestamp
  ) -> Transition {
    let policy = active.webhook.retry
    var transition = Transition.after(
      input, attempt: attempt.number - delivery.earlierAttempts, began: delivery.roundBeganAt, policy: policy, now: now, unit: random.unit()
    )
    guard transition.state == .retrying || transition.disablesWebhook else { return transition }
    let current = directory.active(delivery.webhook)
    if transition.state == .retrying, current == nil {
      // The webhook was deleted meanwhile: there is nothing to retry for.
      transition = Transition.after(.webhookDeleted, attempt: 1, policy: policy, now: now, unit: 0)
    }
    // What the receiver of an earlier revision says is no word on the webhook as it is now, which may go elsewhere.
    if attempt.revision != current?.webhook.revision { transition.disablesWebhook = false }
    return transition
  }

  /// Leads an event through every stage.
  func carryOut(_ attempt: inout Attempt, of delivery: DueDelivery, for active: ActiveWebhook) async -> DeliveryInput? {
    var result = PipelineResult(.send(body: nil, overrides: RequestOverrides()))
    if !active.webhook.pipeline.isEmpty {
      result = await pipelines.run(active.webhook, on: delivery, at: attempt.startedAt)
    }
    return await goOn(after: result, &attempt, of: delivery, for: active)
  }

  /// Goes on with what a pipeline made, and hides its secrets from all that is recorded.
  func goOn(
    after result: PipelineResult, _ attempt: inout Attempt, of delivery: DueDelivery, for active: ActiveWebhook
  ) async -> DeliveryInput? {
    attempt.log = result.log
    attempt.plugins = result.plugins
    let input = await follow(Preparation(result, for: active), &attempt, of: delivery, for: active, judge: result.judge)
    guard let secrets = result.secrets else { return input }
    attempt.hide(secrets)
    return input?.hiding(secrets)
  }

  private func follow(
    _ preparation: Preparation, _ attempt: inout Attempt, of delivery: DueDelivery, for active: ActiveWebhook, judge: (any ResponseJudge)?
  ) async -> DeliveryInput? {
    switch preparation {
    case .dropped(let reason, let stage): .dropped(reason: reason, by: stage)
    case .failed(let failure): .failed(failure)
    case .send(let prepared): await send(prepared, &attempt, of: delivery, for: active, judge: judge)
    }
  }

  private func send(
    _ prepared: PreparedRequest, _ attempt: inout Attempt, of delivery: DueDelivery, for active: ActiveWebhook,
    judge: (any ResponseJudge)?
  ) async -> DeliveryInput? {
    var prepared = prepared
    if staysAtOrigin, prepared.url.origin != active.webhook.url.origin {
      return .failed(AttemptFailure(.blocked, "blocked: the pipeline sends to another origin than the one whose owner was asked"))
    }
    if active.webhook.handshake != nil {
      switch await consent(to: prepared, for: active) {
      case .agreed: prepared.headers = handshakes.marked(prepared.headers)
      case .refused(let failure): return .failed(failure)
      case nil: return nil
      }
    }
    return await exchange(prepared, &attempt, of: delivery, for: active, judge: judge)
  }

  /// Whether the receiver wants the request. It was asked about the webhook's URL, so that no pipeline may send to another.
  private func consent(to prepared: PreparedRequest, for active: ActiveWebhook) async -> HandshakeVerdict? {
    guard prepared.url == active.webhook.url else {
      let message = "the pipeline sends to another URL than the one whose receiver is asked"
      return .refused(AttemptFailure(.handshake, message, outline: message))
    }
    return await handshakes.verdict(for: active)
  }

  private func exchange(
    _ prepared: PreparedRequest, _ attempt: inout Attempt, of delivery: DueDelivery, for active: ActiveWebhook,
    judge: (any ResponseJudge)?
  ) async -> DeliveryInput? {
    let body = prepared.ownBody ?? delivery.event.payload
    var signatures: [HeaderField] = []
    do throws(AttemptFailure) {
      // A database has nothing to verify a signature with.
      if prepared.url.database == nil {
        signatures = try active.signer.headers(
          messageID: delivery.messageID(for: active), timestamp: time.now().seconds, body: body)
      }
    } catch {
      return .failed(error)
    }
    let request = SignedRequest(
      method: prepared.method, url: prepared.url, headers: prepared.headers + signatures + trace(of: delivery, attempt, prepared),
      body: body,
      timeout: .microseconds(Int64(active.webhook.timeoutSeconds * 1e6)),
      event: EventPosition(of: delivery.event, isReplayed: delivery.earlierAttempts > 0))
    let granted = await client.send(request, for: active)
    guard !granted.exchange.isCancelled else { return nil }
    attempt.request = granted.shown.map {
      let url = $0.url == active.webhook.url ? active.urlText : $0.url.description
      return SentRequest(method: $0.method, url: url, headers: $0.headers, body: prepared.ownBody)
    }
    attempt.phases = granted.shown == nil ? nil : granted.exchange.phases
    if let response = granted.earlierResponse { Self.keep(response, &attempt) }
    // Messages name no more of where it went than host and port.
    let isAtHome = prepared.url.origin == active.webhook.url.origin
    let result = isAtHome ? granted.exchange.result : granted.exchange.result.mapError(\.elsewhere)
    let input = await follow(result, &attempt, judge)
    for secrets in granted.secrets { attempt.hide(secrets) }
    return granted.secrets.reduce(input) { $0.hiding($1) }
  }

  private func follow(
    _ result: Result<ReceivedResponse, AttemptFailure>, _ attempt: inout Attempt, _ judge: (any ResponseJudge)?
  ) async -> DeliveryInput {
    switch result {
    case .failure(let failure): return .failed(failure)
    case .success(let response): return await read(response, &attempt, judge)
    }
  }

  /// The headers of the event's trace, unless the webhook or its pipeline sets them; a database takes none.
  private func trace(of delivery: DueDelivery, _ attempt: Attempt, _ prepared: PreparedRequest) -> [HeaderField] {
    let name = TraceContext.parentHeader
    guard prepared.url.database == nil,
      !prepared.headers.contains(where: { $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name })
    else { return [] }
    return delivery.event.traceHeaders(attempt.id)
  }

  /// Forgets a deleted webhook.
  func forget(_ id: WebhookID) {
    handshakes.forget(id)
    client.tokens.forget(id)
  }

  private static func keep(_ response: ReceivedResponse, _ attempt: inout Attempt) {
    var kept = response
    if kept.body.count > keptResponseBytes {
      kept.body.removeSubrange(keptResponseBytes...)
      kept.isTruncated = true
    }
    attempt.response = kept
  }

  /// Keeps an answer, and says what it means: the pipeline's judge sees all that the client kept of it.
  private func read(_ response: ReceivedResponse, _ attempt: inout Attempt, _ judge: (any ResponseJudge)?) async -> DeliveryInput {
    let ruling = await judge?.judge(response)
    Self.keep(response, &attempt)
    attempt.addLog(ruling?.log ?? "")
    guard let ruling, let judgement = ruling.judgement else {
      return .answered(status: response.status, retryAfter: response.status >= 300 ? retryAfter(response) : nil)
    }
    return .judged(judgement, reason: ruling.reason, status: response.status, retryAfter: retryAfter(response))
  }

  /// What a receiver asks for with `Retry-After`.
  private func retryAfter(_ response: ReceivedResponse) -> Duration? {
    response.header("Retry-After").flatMap { RetryAfter.wait($0, at: time.now()) }
  }
}
