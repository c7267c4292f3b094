// The HTTP API as one value: what it needs is passed in, what it gives is a server to run.

public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import TidehookCore

/// Tidehook's native HTTP API.
public struct TidehookAPI: Sendable {
  private let webhooks: WebhookRoutes
  private let webhookTests: WebhookTestRoutes
  private let signingKeys: SigningKeyRoutes
  private let mem0: Mem0Routes
  private let keyRoutes: KeyRoutes
  private let revisions: RevisionRoutes
  private let plugins: PluginRoutes
  private let dryRuns: DryRunRoutes
  private let events: EventRoutes
  private let deliveries: DeliveryRoutes
  private let groups: DeliveryGroupRoutes
  private let export: DeliveryExport
  private let studio: StudioRoutes
  private let replays: ReplayRoutes
  private let sources: SourceRoutes
  private let receipts: ReceiptRoutes
  private let inbound: InboundRoutes
  private let health: HealthRoutes
  private let statistics: StatisticsRoutes
  private let overview: OverviewRoutes
  private let metrics: MetricsRoutes
  private let console: ConsoleRoutes
  private let tail: TailRoutes
  private let about: AboutRoutes
  private let keys: KeyRing
  private let limits: APILimits
  private let time: any TimeSource
  private let logger: Logger

  /// Makes the API over the rest of Tidehook.
  /// - Parameters:
  ///   - pipelines: judges pipelines before they are saved or tried.
  ///   - plugins: says which plugins there are, and which of their options are secret.
  ///   - pluginStore: shows what plugins were like before.
  ///   - dryRuns: tries webhooks on events.
  ///   - webhooks: tells how webhooks fare.
  ///   - eraser: erases the content of events.
  ///   - replays: runs replays as jobs.
  ///   - sources: what is behind inbound sources.
  ///   - insight: what is behind statistics and metrics.
  ///   - egress: judges the addresses in webhooks' URLs when they are saved.
  ///   - secrets: makes secrets for webhooks that bring none.
  ///   - library: what the functions for scripts declare of themselves, a JSON array.
  ///   - keys: the keys that may use the API.
  ///   - console: what is behind the console; `nil` for none.
  ///   - feed: shows events as they come.
  ///   - about: what this gateway is.
  ///   - operations: takes what operators should know.
  ///   - didReplay: called when a webhook has a delivery to try again, so that its lane wakes up.
  ///   - ids: makes the ids of webhooks.
  ///   - logger: gets failures of ours, at most one of a kind each second.
  public init(
    publisher: any EventPublisher, registry: any WebhookRegistry, revisions: any WebhookRevisions & WebhookMakers,
    pipelines: any PipelineChecker,
    plugins: any PluginCatalog & PluginDocuments, pluginStore: any PluginStore, dryRuns: any DryRunning, history: any History,
    eraser: any ContentEraser,
    webhooks: WebhookServices,
    replays: any ReplayJobs, sources: SourceServices, insight: Insight, egress: EgressPolicy,
    secrets: SecretSource, library: [UInt8], keys: KeyRing, console: ConsoleServices?, feed: EventFeed, about: About,
    operations: any OperationalEvents,
    didReplay: @escaping @Sendable (WebhookID) -> Void,
    time: any TimeSource, ids: IDGenerator, logger: Logger, limits: APILimits = APILimits()
  ) {
    let editor = WebhookEditor(
      registry: registry, pipelines: pipelines, catalog: plugins, egress: egress, secrets: secrets, services: webhooks, time: time,
      ids: ids)
    self.webhooks = WebhookRoutes(editor: editor, limits: limits)
    webhookTests = WebhookTestRoutes(tester: webhooks.tester, editor: editor, limits: limits)
    signingKeys = SigningKeyRoutes(editor: editor, limits: limits, keySet: WebKeySet(webKey: secrets.webKey))
    mem0 = Mem0Routes(editor: editor, makers: revisions, limits: limits)
    self.revisions = RevisionRoutes(revisions: revisions, editor: editor, limits: limits)
    self.plugins = PluginRoutes(catalog: plugins, store: pluginStore)
    self.dryRuns = DryRunRoutes(
      runner: dryRuns, history: history, registry: registry, pipelines: pipelines, catalog: plugins, egress: egress, time: time, ids: ids,
      limits: limits)
    events = EventRoutes(publisher: publisher, history: history, eraser: eraser, time: time, limits: limits)
    deliveries = DeliveryRoutes(
      history: history, registry: registry, revisions: revisions, time: time, limits: limits, didReplay: didReplay)
    groups = DeliveryGroupRoutes(history: history, registry: registry)
    export = DeliveryExport(history: history, time: time)
    studio = StudioRoutes(history: history, time: time, library: library)
    self.replays = ReplayRoutes(jobs: replays, editor: editor, time: time, limits: limits)
    let inbox = Inbox(
      receiver: sources.receiver, history: sources.history, publisher: sources.publisher,
      alarm: RejectionAlarm(operations: operations, logger: logger), time: time, ids: ids)
    self.sources = SourceRoutes(
      directory: sources.directory, receiver: sources.receiver, catalog: plugins, secrets: secrets, time: time, ids: ids, limits: limits)
    receipts = ReceiptRoutes(directory: sources.directory, inbox: inbox, history: sources.history, time: time)
    inbound = InboundRoutes(directory: sources.directory, inbox: inbox, time: time)
    health = HealthRoutes(history: history, catalog: plugins)
    statistics = StatisticsRoutes(statistics: insight.statistics, lanes: insight.lanes, registry: registry, time: time)
    overview = OverviewRoutes(
      statistics: insight.statistics, lanes: insight.lanes, registry: registry, healths: webhooks.healths, sources: sources.directory,
      receipts: sources.history, plugins: plugins, space: insight.space, time: time)
    metrics = MetricsRoutes(sources: insight.metrics, access: insight.metricsAccess)
    keyRoutes = KeyRoutes(ring: keys, time: time, limits: limits)
    self.console = ConsoleRoutes(console: console, keys: keys, logins: LoginGuard(time: time), time: time, logger: logger)
    tail = TailRoutes(feed: feed, keys: keys, sessions: console?.sessions)
    self.about = AboutRoutes(
      about: about, counts: AboutCounts(registry: registry, sources: sources.directory, plugins: plugins, keys: keys, feed: feed),
      limits: limits, time: time)
    self.keys = keys
    self.limits = limits
    self.time = time
    self.logger = logger
  }

  /// The server, to be run as a service; it stops gracefully with its service group.
  /// - Parameters:
  ///   - host: a host name or an address to listen on.
  ///   - port: a TCP port; 0 means any free one.
  ///   - onServerRunning: called once connections are accepted, with `http://HOST:PORT`, the real port in it.
  public func application(
    host: String, port: Int, onServerRunning: @escaping @Sendable (_ origin: String) async -> Void = { _ in }
  ) -> some ApplicationProtocol {
    Application(
      responder: APIResponder(
        routes: RouteTable(routes), callers: Authenticator(keys: keys, sessions: console.console?.sessions), console: console.console,
        failures: FailureLog(logger: logger, time: time), time: time),
      server: .http1(configuration: channelConfiguration),
      configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
      onServerRunning: { channel in
        let shown = host.contains(":") ? "[\(host)]" : host
        await onServerRunning("http://\(shown):\(channel.localAddress?.port ?? port)")
      },
      logger: quiet)
  }

  /// The server's own records of connections that clients broke off are nothing to act on; failures of ours go to ``FailureLog``.
  private var quiet: Logger {
    var logger = logger
    logger.logLevel = .critical
    return logger
  }

  /// The OpenAPI 3.1 document of this API, made from the operations that requests are matched by; it ends with a line feed.
  public static func openAPI() -> [UInt8] { OpenAPIDocument.bytes }

  private var routes: [Route] {
    webhooks.routes + webhookTests.routes + signingKeys.routes + revisions.routes + plugins.routes + dryRuns.routes + events.routes
      + deliveries.routes + groups.routes + export.routes + studio.routes + replays.routes + mem0.routes
      + sources.routes + receipts.routes + inbound.routes + keyRoutes.routes + health.routes + statistics.routes + overview.routes
      + metrics.routes + console.routes + tail.routes + about.routes + OpenAPIRoutes.routes
  }

  private var channelConfiguration: HTTP1Channel.Configuration {
    .init(
      idleTimeout: .microseconds(limits.idleTimeout.microseconds),
      httpDecoderConfiguration: .init(maxHeaderFieldSize: limits.headBytes, maxHeaderListSize: limits.headBytes, maxHeaderFieldCount: 200))
  }
}
