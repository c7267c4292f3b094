// The part of the client that lives on one event loop: its exchanges, and the connections that they share.

import NIOCore
import TidehookCore

/// What every part of a client shares.
struct ClientSettings: Sendable {
  let policy: EgressPolicy
  let resolver: any AddressResolver
  let limits: HTTPClientLimits
  let tls: TLSContexts
  /// The way of requests that choose none themselves; `nil` for the direct one.
  let proxy: ForwardProxy?

  /// The proxy of requests with that route.
  func proxy(of route: ConnectionRoute?) -> ForwardProxy? {
    switch route?.proxy {
    case nil, .gateway?: proxy
    case .direct?: nil
    case .through(let proxy)?: proxy
    }
  }
}

/// What connections are shared by: never more than the requests that may have the same certificate and the same proxy.
struct ConnectionKey: Hashable {
  let origin: DestinationOrigin
  let route: ConnectionRoute?

  init(_ request: SignedRequest) {
    origin = request.url.origin
    route = request.route
  }
}

/// The connections of one shard to one origin, by one route.
final class Origin {
  let key: ConnectionKey
  let proxy: ForwardProxy?
  var pool: OriginPool<ConnectionHandler, PendingExchange>

  init(_ key: ConnectionKey, proxy: ForwardProxy?, maxConnections: Int, maxIdle: Int) {
    self.key = key
    self.proxy = proxy
    pool = OriginPool(maxConnections: maxConnections, maxIdle: maxIdle)
  }

  /// The proxy that reads the requests themselves; `nil` where there is none, or it only opens a tunnel.
  var readingProxy: ForwardProxy? { key.origin.isSecure ? nil : proxy }
}

/// Confined to its event loop: everything here is called on it.
final class ConnectionShard {
  let eventLoop: any EventLoop
  let settings: ClientSettings
  private let share: ShardShare
  private let active: ActiveExchanges
  private var origins: [ConnectionKey: Origin] = [:]
  private var idleCount = 0
  private var sweep: Scheduled<Void>?
  /// Requests are encoded here; its memory is used again once the socket has taken the bytes.
  private var scratch = ByteBuffer()
  private var isShuttingDown = false
  private var shutdownWaiters: [CheckedContinuation<Void, Never>] = []

  init(eventLoop: any EventLoop, settings: ClientSettings, share: ShardShare) {
    self.eventLoop = eventLoop
    self.settings = settings
    self.share = share
    active = ActiveExchanges(eventLoop: eventLoop)
  }

  // MARK: Called by the client

  func start(_ request: SignedRequest, ticket: ExchangeTicket, continuation: UnsafeContinuation<Exchange, Never>) {
    let exchange = PendingExchange(request, ticket: ticket, continuation: continuation)
    if isShuttingDown { return exchange.resume(.failure(.shutDown), isCancelled: true) }
    if ticket.isCancelled { return exchange.resume(.failure(.cancelled), isCancelled: true) }
    if active.isEmpty { active.onExpiry = { [unowned self] in giveUp($0, $0.expiryFailure()) } }
    active.add(exchange)
    let origin = origin(for: ConnectionKey(request))
    switch origin.pool.start(exchange) {
    case .use(let connection):
      idleCount -= 1
      connection.begin(exchange)
    case .connect: connect(exchange, to: origin)
    case .wait: break
    }
  }

  func cancel(_ ticket: ExchangeTicket) {
    if let exchange = active.first(with: ticket) { giveUp(exchange, .cancelled, isCancelled: true) }
  }

  /// Takes no more requests, closes what is idle, and answers once the last exchange is over.
  func shutdown(_ continuation: CheckedContinuation<Void, Never>) {
    isShuttingDown = true
    shutdownWaiters.append(continuation)
    closeIdle { _ in true }
    completeShutdown()
  }

  /// Takes no more requests and ends the exchanges under way.
  func cancelAll() {
    isShuttingDown = true
    closeIdle { _ in true }
    // Those that wait for a connection go first: else each of them would be given the connection of one that ends.
    for exchange in active.all(where: \.isQueued) + active.all(where: { !$0.isQueued }) {
      giveUp(exchange, .shutDown, isCancelled: true)
    }
  }

  // MARK: Called by connections and attempts

  /// The bytes of a request to an origin.
  func encode(_ request: SignedRequest, to origin: Origin) throws(AttemptFailure) -> ByteBuffer {
    // A large request's memory is not worth keeping.
    if scratch.capacity > 256 * 1024 { scratch = ByteBuffer() }
    scratch.clear()
    try RequestEncoder.encode(request, through: origin.readingProxy, into: &scratch)
    return scratch
  }

  /// Answers the caller of an exchange.
  func finish(_ exchange: PendingExchange, _ result: Result<ReceivedResponse, AttemptFailure>, isCancelled: Bool = false) {
    active.remove(exchange)
    exchange.resume(result, isCancelled: isCancelled)
    if isShuttingDown { completeShutdown() }
  }

  /// A connection is free again.
  func finished(_ connection: ConnectionHandler, to origin: Origin) {
    switch origin.pool.finished(connection, mayPark: idleCount < share.maxIdle && !isShuttingDown) {
    case .serve(let exchange): connection.begin(exchange)
    case .park:
      idleCount += 1
      connection.idleSince = .now()
      if sweep == nil { scheduleSweep(at: connection.idleSince + TimeAmount(settings.limits.idleTimeout)) }
    case .close:
      connection.close()
      dropIfEmpty(origin)
    }
  }

  /// A connection closes, be it idle or busy.
  func closed(_ connection: ConnectionHandler, to origin: Origin) {
    if origin.pool.removeIdle(connection) {
      idleCount -= 1
      dropIfEmpty(origin)
    } else {
      lost(to: origin)
    }
  }

  /// A connection that was not idle is gone.
  func lost(to origin: Origin) {
    if let waiter = origin.pool.lost() { connect(waiter, to: origin) } else { dropIfEmpty(origin) }
  }

  /// An idle connection died just when it was needed: its exchange opens a fresh one in its place.
  func retry(_ exchange: PendingExchange, to origin: Origin) {
    connect(exchange, to: origin)
  }

  func connectFailed(_ exchange: PendingExchange, to origin: Origin, _ failure: AttemptFailure) {
    finish(exchange, .failure(failure))
    lost(to: origin)
  }

  // MARK: Private

  private func connect(_ exchange: PendingExchange, to origin: Origin) {
    let attempt = ConnectAttempt(exchange, to: origin, shard: self)
    exchange.stage = .connecting(attempt)
    exchange.deadline = min(exchange.end, .now() + TimeAmount(exchange.request.connectTimeout))
    active.watch(exchange.deadline)
    attempt.begin()
  }

  private func giveUp(_ exchange: PendingExchange, _ failure: AttemptFailure, isCancelled: Bool = false) {
    let stage = exchange.stage
    // Ending one exchange gives its place to another, which may fail at once: whoever found both before gives up only the first.
    if case .done = stage { return }
    finish(exchange, .failure(failure), isCancelled: isCancelled)
    let origin = origin(for: ConnectionKey(exchange.request))
    switch stage {
    case .queued:
      origin.pool.removeWaiting(exchange)
      dropIfEmpty(origin)
    case .connecting(let attempt):
      attempt.abort()
      lost(to: origin)
    case .exchanging(let connection): connection.abandon()
    case .done: break
    }
  }

  private func origin(for key: ConnectionKey) -> Origin {
    if let origin = origins[key] { return origin }
    let origin = Origin(
      key, proxy: settings.proxy(of: key.route), maxConnections: share.maxConnectionsPerOrigin, maxIdle: share.maxIdlePerOrigin)
    origins[key] = origin
    return origin
  }

  private func dropIfEmpty(_ origin: Origin) {
    if origin.pool.isEmpty { origins[origin.key] = nil }
  }

  private func scheduleSweep(at deadline: NIODeadline) {
    sweep = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in self?.sweepIdle() }
  }

  private func sweepIdle() {
    sweep = nil
    let limit = NIODeadline.now() - TimeAmount(settings.limits.idleTimeout)
    closeIdle { $0.idleSince <= limit }
    let oldest = origins.values.compactMap { $0.pool.idle.first?.idleSince }.min()
    if let oldest { scheduleSweep(at: oldest + TimeAmount(settings.limits.idleTimeout)) }
  }

  private func closeIdle(where isOld: (ConnectionHandler) -> Bool) {
    for origin in origins.values {
      for connection in origin.pool.idle.filter(isOld) where origin.pool.removeIdle(connection) {
        idleCount -= 1
        connection.close()
      }
      dropIfEmpty(origin)
    }
  }

  private func completeShutdown() {
    guard active.isEmpty else { return }
    active.stop()
    sweep?.cancel()
    sweep = nil
    for waiter in shutdownWaiters { waiter.resume() }
    shutdownWaiters = []
  }
}

extension AttemptFailure {
  /// What a cancelled task is told; nobody records it.
  fileprivate static let cancelled = AttemptFailure(.timeout, "cancelled by the sender")
  /// What the sender of a request is told that a shutdown ended or came before; nobody records it either.
  fileprivate static let shutDown = AttemptFailure(.connect, "the delivery client is shut down")
}
