// Shows what a delivery would send, stage by stage, and sends nothing.

public import TidehookCore

/// Tries webhooks on events, through the pipeline and the preparation of deliveries.
public struct DryRunner: DryRunning {
  private let directory: WebhookDirectory
  private let tracer: any PipelineTracer
  private let ids: IDGenerator
  private let time: any TimeSource

  /// Makes a dry runner. Nothing is looked up in `directory`; it makes requests ready as it does for deliveries.
  public init(directory: WebhookDirectory, tracer: any PipelineTracer, ids: IDGenerator, time: any TimeSource) {
    self.directory = directory
    self.tracer = tracer
    self.ids = ids
    self.time = time
  }

  /// Runs a webhook that need not be stored over an event that need not be either, as the first attempt of a delivery would now.
  public func dryRun(_ webhook: Webhook, event: Event) async -> DryRun {
    let delivery = DueDelivery(id: DeliveryID(ids.next()), webhook: webhook.id, event: event)
    let trace = await trace(webhook, on: delivery)
    let run = DryRun(stages: trace.stages, outcome: outcome(of: trace, for: directory.prepare(webhook), event))
    return trace.result.secrets.map { run.hiding($0) } ?? run
  }

  /// Runs the pipeline; over a batch of one for a webhook that collects.
  private func trace(_ webhook: Webhook, on delivery: DueDelivery) async -> PipelineTrace {
    if webhook.batch != nil { return await tracer.traceBatch(webhook, on: delivery, at: time.now()) }
    guard !webhook.pipeline.isEmpty else {
      return PipelineTrace(result: PipelineResult(.send(body: nil, overrides: RequestOverrides())), stages: [])
    }
    return await tracer.trace(webhook, on: delivery, at: time.now())
  }

  private func outcome(of trace: PipelineTrace, for active: ActiveWebhook, _ event: Event) -> DryRun.Outcome {
    switch Preparation(trace.result, for: active) {
    case .failed(let failure):
      return .failed(failure)
    case .dropped(let reason, _):
      // A stage that drops is the last that ran.
      return .filtered(stage: max(0, trace.stages.count - 1), reason: reason)
    case .send(let request):
      let body = request.ownBody ?? event.payload
      let isDatabase = request.url.database != nil
      if let failure = isDatabase ? Self.rowFailure(of: body) : signatureFailure(of: body, for: active, event) { return .failed(failure) }
      let headers = active.access.map { $0.shown(with: request.headers, to: request.url) } ?? request.headers
      return .request(
        SentRequest(method: request.method, url: request.url.description, headers: headers.map(\.withoutSecret), body: body))
    }
  }

  /// Why a body could not be written to any database.
  private static func rowFailure(of body: [UInt8]) -> AttemptFailure? {
    do throws(RowBodyError) {
      _ = try RowBatch(parsing: body)
      return nil
    } catch {
      return AttemptFailure(.database, error.description)
    }
  }

  /// Why a delivery could not be signed, such as an event's id that a scheme forbids. The signatures themselves are shown to nobody, and
  /// a draft that has no secret yet is not signed.
  private func signatureFailure(of body: [UInt8], for active: ActiveWebhook, _ event: Event) -> AttemptFailure? {
    guard !active.webhook.secret.revealed.isEmpty else { return nil }
    do throws(AttemptFailure) {
      _ = try active.signer.headers(messageID: event.id.rawValue, timestamp: time.now().seconds, body: body)
      return nil
    } catch {
      return error
    }
  }
}
