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
    raiseDescriptorLimit()
    let random = SystemRandom()
    let ids = IDGenerator(time: SystemTime(), random: random)
    let store = try SQLStore.open(folder: settings.dataFolder, durability: settings.durability, ids: ids, logger: logger)
    let key = try AdminKey.resolve(given: settings.apiKey, dataFolder: settings.dataFolder)
    let group = MultiThreadedEventLoopGroup.singleton
    let policy = EgressPolicy(allowed: settings.allowedDestinations)
    // Lanes bound what is under way; webhooks of one origin must not wait for each other's connections.
    let client = try HTTPDeliveryClient(
      eventLoopGroup: group, policy: policy, limits: HTTPClientLimits(maxConnectionsPerOrigin: 4096, maxIdlePerOrigin: 256))
    let runtime = LuaRuntime(threads: System.coreCount, limits: ScriptLimits())
    let pipelines = ScriptPipelines(runtime: runtime)
    let directory = WebhookDirectory(userAgent: "Tidehook/\(Tidehook.version)", makeSigner: WebhookSigner.init)
    let runner = AttemptRunner(
      directory: directory, pipelines: pipelines, client: client, ids: ids, time: SystemTime(), random: random)
    let engine = DeliveryEngine(
      queue: store, runner: runner, executors: group.makeIterator().map(EventLoopExecutor.init), time: SystemTime(), logger: logger)
    let registrar = Registrar(store: store, directory: directory, engine: engine, time: SystemTime(), logger: logger)
    let publisher = Publisher(store: store, directory: directory, engine: engine, ids: ids, time: SystemTime())
    let api = TidehookAPI(
      publisher: publisher, registry: registrar, pipelines: pipelines, history: store, egress: policy, secrets: Self.secrets,
      isAuthorized: { constantTimeEquals(Array($0.utf8), Array(key.utf8)) },
      didReplay: { engine.noteBacklog($0, due: SystemTime().now()) }, time: SystemTime(), ids: ids, logger: logger)
    try await registrar.load()
    try await withTaskExecutorPreference(EventLoopsExecutor(group)) {
      try await serve(api, engine: engine, registrar: registrar)
    }
    await client.shutdown()
    runtime.shutdown()
    try await store.close()
  }

  private static let secrets = SecretSource(
    generate: { Secret(try SigningSecret.generate().text) },
    problem: { secret, schemes in
      do {
        _ = try RequestSigner(schemes: schemes, secret: SigningSecret(secret.revealed))
        return nil
      } catch {
        return "\(error)"
      }
    },
    standardForm: { (try? SigningSecret($0.revealed).standardText) ?? "" })

  /// Runs the services; the last one listed stops first: requests, then deliveries.
  private func serve(_ api: TidehookAPI, engine: DeliveryEngine, registrar: Registrar) async throws {
    let server = api.application(host: settings.host, port: settings.port) { origin in
      Terminal.standardOutput.write("listening on \(origin)\n")
    }
    var configuration = ServiceGroupConfiguration(
      services: [
        .init(service: RegistrarService(registrar: registrar), successTerminationBehavior: .ignore),
        .init(service: EngineService(engine: engine), successTerminationBehavior: .ignore),
        .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup),
      ],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = settings.drainTimeout
    configuration.maximumCancellationDuration = .seconds(1)
    try await ServiceGroup(configuration: configuration).run()
  }

  /// Each connection is a descriptor: take as many as the system allows.
  private func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}

/// Delivers until the group stops, then lets what is under way end.
private struct EngineService: Service {
  let engine: DeliveryEngine

  func run() async throws {
    try await withGracefulShutdownHandler {
      try await engine.run()
    } onGracefulShutdown: {
      Task { await engine.drain() }
    }
  }
}

/// Keeps webhooks in step with what their deliveries find out, until the engine has drained.
private struct RegistrarService: Service {
  let registrar: Registrar

  func run() async throws { await registrar.run() }
}
