// The call that tries a pipeline on events, sends nothing and stores nothing.

import Hummingbird
import TidehookCore

/// `/v1/dry-runs`.
struct DryRunRoutes: Sendable {
  let runner: any DryRunning
  let history: any History
  let registry: any WebhookRegistry
  let pipelines: any PipelineChecker
  let catalog: any PluginCatalog
  let egress: EgressPolicy
  let time: any TimeSource
  let ids: IDGenerator
  let limits: APILimits
  private let gate: CallGate

  init(
    runner: any DryRunning, history: any History, registry: any WebhookRegistry, pipelines: any PipelineChecker,
    catalog: any PluginCatalog, egress: EgressPolicy, time: any TimeSource, ids: IDGenerator, limits: APILimits
  ) {
    self.runner = runner
    self.history = history
    self.registry = registry
    self.pipelines = pipelines
    self.catalog = catalog
    self.egress = egress
    self.time = time
    self.ids = ids
    self.limits = limits
    gate = CallGate(places: limits.dryRuns, of: "dry runs")
  }

  var routes: [Route] {
    [Route(Self.run) { request in try await request.whileConnected(limit: limits.bodyBytes) { try await run($0) } }]
  }

  private func run(_ request: APIRequest) async throws -> Response {
    let input = try DryRunRequest(try await request.canonicalBody(limit: limits.bodyBytes), egress: egress, for: request.principal)
    let webhook = try await webhook(input, for: request.principal)
    try gate.enter()
    defer { gate.leave() }
    switch input.events {
    case .given(let event): return await run(webhook, on: Event(event, key: ids.next(), acceptedAt: time.now()))
    case .stored(let id):
      let event = try await history.event(id)
      guard let event, request.principal.mayUse(event.namespace) else {
        throw APIError(.invalidField, "event_id: there is no event \(quoted(id.rawValue))", field: "event_id")
      }
      guard event.erasedAt == nil else {
        throw APIError(.invalidField, "event_id: the content of event \(quoted(id.rawValue)) was erased", field: "event_id")
      }
      return await run(webhook, on: event)
    case .last(let count): return try await run(webhook, onLast: count)
    }
  }

  private func run(_ webhook: Webhook, on event: Event) async -> Response {
    var report = DryRunReport()
    report.add(await tried(webhook, on: event), of: event)
    return .json(report.finished(nil))
  }

  /// Runs one event after another, so that a dry run never takes more than one place among the deliveries.
  private func run(_ webhook: Webhook, onLast count: Int) async throws -> Response {
    let deadline = time.now() + limits.dryRunTime
    var report = DryRunReport()
    var search = EventSearch(for: webhook, count: count)
    while report.count < count {
      let page = try await search.next(in: history)
      guard let page else { break }
      for event in page.prefix(count - report.count) {
        try Task.checkCancellation()
        guard !report.isFull else { return .json(report.finished(.size)) }
        guard time.now() < deadline else { return .json(report.finished(.time)) }
        report.add(await tried(webhook, on: event), of: event)
      }
      guard time.now() < deadline || report.count == count else { return .json(report.finished(.time)) }
    }
    return .json(report.finished(report.count < count && search.isCutShort ? .search : nil))
  }

  /// What becomes of one event. A URL that a script chose is judged as far as it can be without looking up names.
  private func tried(_ webhook: Webhook, on event: Event) async -> DryRun {
    let run = await runner.dryRun(webhook, event: event)
    guard case .request(let request) = run.outcome, let url = try? DestinationURL(parsing: request.url, allowing: .all),
      case .blocked(let reason) = egress.verdict(forHost: url)
    else { return run }
    return DryRun(stages: run.stages, outcome: .failed(AttemptFailure(.blocked, "blocked: \(reason)")))
  }

  /// The webhook to try, its pipeline checked as if it were saved.
  private func webhook(_ input: DryRunRequest, for principal: Principal) async throws -> Webhook {
    let stored = input.webhook.flatMap { registry.webhook($0) }.flatMap { principal.mayUse($0.namespace) ? $0 : nil }
    if let id = input.webhook, stored == nil {
      throw APIError(.invalidField, "webhook: there is no webhook \(id)", field: "webhook")
    }
    var draft = try input.draft(of: stored, id: WebhookID(ids.next()), now: time.now())
    // Only these events are read from the store; one that is named, or given, is judged by itself.
    if case .last = input.events { draft.namespace = try principal.namespace(draft.namespace) }
    if case .set(let fields) = input.changes.pipeline {
      draft.pipeline = try await fields.resolved(
        replacing: stored?.pipeline ?? [], secrets: SecretOptions(catalog.plugins()), checker: pipelines)
    }
    return draft
  }
}

extension DryRunRoutes {
  static let operations = [run]

  private static let run = Operation(
    id: "dryRun", method: .post, path: "/v1/dry-runs", isScoped: true, summary: "Try a pipeline on events; sends and stores nothing.",
    body: "DryRun",
    answer: "DryRunReport")
}
