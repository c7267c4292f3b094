// The composition root: the one place that knows which concrete types make a gateway.

import Glibc
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import TidehookAPI
import TidehookCore
import TidehookDelivery
import TidehookScripting
import TidehookSigning
import TidehookStorage
import UnixSignals

/// A running gateway, from its settings to its last answer.
struct Gateway {
  let settings: ServeSettings
  let logger: Logger

  /// Serves until SIGTERM or SIGINT, then drains and returns.
  func run() async throws {
    let startedAt = SystemTime().now()
    raiseDescriptorLimit()
    // libpq would take a host, a password or options from there.
    Environment.forget(prefix: "PG")
    Environment.forgetKerberos()
    let random = SystemRandom()
    let ids = IDGenerator(time: SystemTime(), random: random)
    let store = try SQLStore.open(folder: settings.dataFolder, durability: settings.durability, ids: ids, logger: logger)
    let key = try AdminKey.resolve(given: settings.apiKey, dataFolder: settings.dataFolder)
    let group = MultiThreadedEventLoopGroup.singleton
    let destinations = try Destinations(settings, on: group)
    let runtime = LuaRuntime(threads: System.coreCount, limits: ScriptLimits())
    let directory = WebhookDirectory(userAgent: "Tidehook/\(Tidehook.version)", makeSigner: WebhookSigner.init)
    let operations = Operations(store: store, directory: directory, settings: settings, logger: logger)
    let news = PluginNews(logger: logger, operations: operations.feed)
    let sources = SourceDirectory(store: store, time: SystemTime(), makeVerifier: Self.verifier(of:))
    let plugins = LivePlugins(
      folder: PluginFolder(path: settings.pluginsFolder), runtime: runtime, store: store, time: SystemTime(),
      webhooks: directory.webhooks, sources: sources.sources, report: news.note)
    let pipelines = ScriptPipelines(runtime: runtime, plugins: plugins)
    let runner = AttemptRunner(
      directory: directory, revisions: store, pipelines: pipelines, client: destinations.client, proxy: settings.proxy,
      origin: settings.origin, ids: ids, time: SystemTime(), random: random, staysAtOrigin: settings.verifiesOwnership)
    let ownership = OwnershipCheck(directory: directory, runner: runner, ids: ids, time: SystemTime())
    let statistics = Statistics(store: store, time: SystemTime(), logger: logger)
    let engine = DeliveryEngine(
      queue: store, batches: store, runner: runner, loops: group.makeIterator().map(DeliveryLoop.init),
      watch: operations.watch, meter: statistics, time: SystemTime(), logger: logger)
    let registrar = Registrar(store: store, directory: directory, engine: engine, time: SystemTime(), logger: logger)
    let publisher = Publisher(store: store, directory: directory, engine: engine, ids: ids, time: SystemTime())
    let sweeper = Sweeper(
      store: store, policy: settings.retention, operations: operations.feed, time: SystemTime(), logger: logger)
    let replays = ReplayRunner(
      store: store, directory: directory, engine: engine, ids: ids, time: SystemTime(), logger: logger)
    let dryRunner = DryRunner(directory: directory, tracer: pipelines, ids: ids, time: SystemTime())
    let keys = KeyRing(store: store, source: try Self.keys(admin: key), limit: settings.rateLimit, ids: ids, time: SystemTime())
    let sessions = SessionBook(
      store: store, keys: keys, rule: settings.console ?? ConsoleRule(), generate: { Hex.encode(try SecureRandom.bytes(count: 32)) },
      time: SystemTime(), logger: logger)
    let feed = EventFeed(tail: store, time: SystemTime())
    let api = TidehookAPI(
      publisher: publisher, registry: registrar, revisions: store, pipelines: pipelines, plugins: plugins, pluginStore: store,
      dryRuns: dryRunner, history: store, eraser: Eraser(store: store, engine: engine, time: SystemTime()),
      webhooks: WebhookServices(
        healths: operations.book, held: store, tester: runner, ownership: settings.verifiesOwnership ? ownership : nil),
      replays: replays,
      sources: SourceServices(
        directory: sources, receiver: SourceRunner(runtime: runtime, plugins: plugins), history: store,
        publisher: RequestPublisher(publisher, store: store)),
      insight: Insight(
        statistics: statistics, lanes: engine, metrics: [statistics, engine, store, runtime, ProcessMetrics(startedAt: startedAt)],
        metricsAccess: settings.metricsAccess, space: operations.space), egress: settings.egressPolicy, secrets: Self.secrets,
      library: HostLibrary.declarations() ?? Array("[]".utf8),
      keys: keys, console: console(sessions), feed: feed, about: about(startedAt: startedAt), operations: operations.feed,
      didReplay: { engine.noteReplays($0, due: SystemTime().now()) }, time: SystemTime(), ids: ids, logger: logger)
    // Which contents of plugins can be used depends on the webhooks and sources.
    try await operations.load()
    try await registrar.load()
    try await sources.load()
    try await keys.load()
    try await sessions.load()
    await plugins.load()
    logger.debug("plugins loaded", metadata: ["count": "\(plugins.plugins().count)", "folder": "\(settings.pluginsFolder)"])
    let background = [
      Task { await plugins.run() }, Task { await replays.run() }, Task { await statistics.run() }, Task { await sweeper.run() },
      Task { await sessions.run() },
    ]
    defer { for task in background { task.cancel() } }
    let telling = operations.run(publishing: publisher)
    try await serve(api, feed: feed, engine: engine, registrar: registrar, destinations: destinations)
    await operations.end(telling)
    await destinations.shutdown()
    await statistics.flush()
    await sessions.flush()
    // After the store: what its time ran out for is not recorded, and is made again after the next start.
    defer { runtime.shutdown(finishing: false) }
    try await store.close()
  }

  private static func verifier(of source: Source) throws -> any InboundVerifier {
    do {
      return try SourceVerifier(source.verify, secrets: source.secrets)
    } catch .unusable(let field, let expected, let got) {
      throw JSONProblem(field, "expected \(expected), got \(got)")
    }
  }

  private static func keys(admin key: String) throws -> KeySource {
    let admin = Array(key.utf8)
    return KeySource(
      generate: { "thk_" + Hex.encode(try SecureRandom.bytes(count: 32)) }, digest: { try Digest.sha256(Array($0.utf8)) },
      isAdmin: { constantTimeEquals(Array($0.utf8), admin) }, adminDigest: try Digest.sha256(admin))
  }

  private static let secrets = SecretSource(
    generate: { Secret(try SigningSecret.generate().text) },
    signingKey: { privateKey throws(JSONProblem) in try signingKey(of: privateKey) }, problem: { WebhookSigner.problem(of: $0) },
    standardForm: { (try? SigningSecret($0.revealed).standardText) ?? "" }, webKey: { JSONWebKey.ed25519($0) },
    tlsProblem: TLSJudge.problem(with:at:))

  private static func signingKey(of privateKey: Secret?) throws(JSONProblem) -> SigningKey {
    do throws(SigningError) {
      guard let privateKey else { return try SigningKey.generate() }
      return try SigningKey(parsing: privateKey)
    } catch .unusable(let field, let expected, let got) {
      throw JSONProblem(field, "expected \(expected), got \(got)")
    } catch {
      throw JSONProblem("signing_key", "\(error)")
    }
  }

  /// Serves until a signal comes or the server fails; then stops taking requests and drains at the same time, so that no client that
  /// is stuck in the middle of a request uses up the time of the deliveries.
  private func serve(
    _ api: TidehookAPI, feed: EventFeed, engine: DeliveryEngine, registrar: Registrar, destinations: Destinations
  ) async throws {
    let server = api.application(host: settings.host, port: settings.port) { origin in
      Terminal.standardOutput.write("listening on \(origin)\n")
    }
    let services = ServiceGroup(configuration: ServiceGroupConfiguration(services: [server], logger: logger))
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    let ended = AsyncThrowingStream<Void, any Error>.makeStream()
    let tasks = [
      Task { await Self.run(telling: ended.continuation) { try await listen(services) } },
      Task { await Self.run(telling: ended.continuation) { try await engine.run() } },
      Task { await Self.run(telling: ended.continuation) { for await _ in signals { break } } },
      Task { await registrar.run() },
    ]
    defer { for task in tasks { task.cancel() } }
    for try await _ in ended.stream { break }
    logger.info("stopping", metadata: ["drain_timeout_secs": "\(settings.drainTimeout.components.seconds)"])
    feed.close()
    await services.triggerGracefulShutdown()
    await engine.drain(within: settings.drainTimeout) { destinations.cancelAll() }
  }

  private func listen(_ services: ServiceGroup) async throws {
    do {
      try await services.run()
    } catch let error as IOError {
      let advice = error.errnoCode == EADDRINUSE ? "; choose another port with --port" : ""
      throw SettingError(
        description: "cannot listen on \(settings.host):\(settings.port): \(String(cString: strerror(error.errnoCode)))\(advice)")
    } catch is SocketAddressError.UnknownHost {
      throw SettingError(description: "cannot listen on \(settings.host):\(settings.port): there is no host or address of that name")
    }
  }

  /// Runs what is to run as long as the gateway, and tells when it ends and why.
  private static func run(telling stream: AsyncThrowingStream<Void, any Error>.Continuation, _ body: () async throws -> Void) async {
    do {
      try await body()
      stream.yield()
    } catch {
      stream.finish(throwing: error)
    }
  }

  /// Each connection is a descriptor: take as many as the system allows.
  private func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
