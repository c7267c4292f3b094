// From a request to an open connection: resolve, let the egress guard judge, connect to what it judged or to a proxy, start TLS.

import NIOCore
import NIOPosix
import NIOSSL
import TidehookCore

/// One attempt to open a connection for one exchange. Confined to the event loop of its shard.
final class ConnectAttempt {
  private let exchange: PendingExchange
  private let origin: Origin
  private let shard: ConnectionShard
  private var addresses: ArraySlice<IPAddress> = []
  private var current: IPAddress?
  private var channel: (any Channel)?
  private var resolution: Task<Void, Never>?
  private var isOver = false
  private var began = NIODeadline.now()
  /// Whether it is on its way to the proxy, whose failures are not the destination's.
  private var isReachingProxy = false
  /// Whether the connection is there, and only the TLS handshake is left.
  private var isStartingTLS = false
  /// That of the connection on its way: each has one of its own.
  private var watch: CertificateWatch?

  init(_ exchange: PendingExchange, to origin: Origin, shard: ConnectionShard) {
    self.exchange = exchange
    self.origin = origin
    self.shard = shard
  }

  private var url: DestinationURL { exchange.request.url }
  /// Whom it talks to at the moment: the proxy, or the destination.
  private var target: DestinationURL { isReachingProxy ? origin.proxy?.url ?? url : url }

  /// Whose TLS handshake it is, for messages.
  private var peer: String { origin.proxy == nil ? current.map(text) ?? url.hostHeader : url.hostHeader }

  /// What the receiver has asked for so far.
  private var certificate: CertificateAsk {
    guard watch?.isAsked == true else { return .none }
    return origin.key.route?.tls?.certificate == nil ? .unanswered : .answered
  }

  /// What it is doing, for messages.
  private var activity: String {
    current.map { "connecting to \(text($0))" } ?? "resolving host name \(target.host)"
  }

  /// The failure of an exchange whose time is up.
  func expiryFailure(after timeout: Duration) -> AttemptFailure {
    if isReachingProxy { return proxied(AttemptFailure(.timeout, "no connection through it within \(timeout.forPeople)")) }
    if isStartingTLS { return AttemptFailure(.tls, "connected to \(peer), but its TLS handshake did not end within \(timeout.forPeople)") }
    return AttemptFailure(.timeout, "timed out after \(timeout.forPeople) while \(activity)")
  }

  /// The failure of a connection whose time is up.
  func timeoutFailure(after timeout: Duration) -> AttemptFailure {
    if isReachingProxy || isStartingTLS { return expiryFailure(after: timeout) }
    guard let current else { return AttemptFailure(.dns, "host name \(url.host) did not resolve within \(timeout.forPeople)") }
    return AttemptFailure(.connect, "connect to \(text(current)) timed out after \(timeout.forPeople)")
  }

  /// The destination is looked up and judged in any case; behind a proxy, that is looked up next and connected to.
  func begin() { lookUp() }

  private func lookUp() {
    if let literal = target.addressLiteral { return vet([literal]) }
    guard target.isLocalhost else { return resolve() }
    // What localhost means is fixed, so no name server is asked; what of it is allowed is the operator's choice.
    let policy = shard.settings.policy
    let addresses = isTrusted ? EgressPolicy.loopback : policy.allowedLoopback
    if addresses.isEmpty { blocked("loopback host name \(target.host)") } else { vet(addresses) }
  }

  /// Whether the guard has nothing to say: the operator's own proxy is where the operator put it.
  private var isTrusted: Bool { isReachingProxy && origin.proxy?.isOperators == true }

  /// Gives up; the exchange is answered by the caller.
  func abort() {
    isOver = true
    resolution?.cancel()
    channel?.close(promise: nil)
  }

  /// The TLS handshake is done.
  func handshakeCompleted(_ connection: ConnectionHandler) {
    connection.certificate = certificate
    if let watch { channel?.pipeline.syncOperations.removeHandler(watch, promise: nil) }
    ready(connection)
  }

  /// The proxy has opened the way to the destination: TLS starts behind the handler that asked for it.
  func tunnelOpened(behind handler: ProxyTunnelHandler, _ context: ChannelHandlerContext) {
    guard !isOver else { return }
    isReachingProxy = false
    isStartingTLS = true
    do {
      try context.pipeline.syncOperations.addHandlers(try tlsHandlers(), position: .after(handler))
    } catch {
      fail(ConnectFailures.tls(error, peer: url.hostHeader, host: url.host))
      context.close(promise: nil)
    }
  }

  /// The proxy does not open the way.
  func tunnelRefused(_ reason: String) {
    fail(AttemptFailure(.proxy, reason))
  }

  /// The connection was closed before it could be used.
  func closedEarly(_ error: (any Error)?) {
    guard !isOver, current != nil, url.isSecure else { return }
    if isReachingProxy { return fail(AttemptFailure(.proxy, "it closed the connection")) }
    fail(ConnectFailures.tls(error, peer: peer, host: url.host, certificate: certificate))
  }

  private func resolve() {
    let resolver = shard.settings.resolver
    let host = target.host
    let eventLoop = shard.eventLoop
    let attempt = NIOLoopBound(self, eventLoop: eventLoop)
    resolution = Task {
      let result: Result<[IPAddress], AttemptFailure>
      do throws(AttemptFailure) { result = .success(try await resolver.addresses(of: host)) } catch { result = .failure(error) }
      eventLoop.execute { attempt.value.resolved(result) }
    }
  }

  private func resolved(_ result: Result<[IPAddress], AttemptFailure>) {
    resolution = nil
    guard !isOver else { return }
    if !isReachingProxy { exchange.phases.resolveMicroseconds = (NIODeadline.now() - began).microseconds }
    switch result {
    case .success(let addresses): vet(addresses)
    case .failure(let failure): fail(failure)
    }
  }

  /// Nothing is connected to before all addresses have been judged.
  private func vet(_ found: [IPAddress]) {
    guard !found.isEmpty else { return fail(AttemptFailure(.dns, "host name \(target.host) does not resolve")) }
    if !isTrusted, case .blocked(let reason) = shard.settings.policy.verdict(for: found) { return blocked(reason) }
    if origin.proxy != nil, !isReachingProxy {
      isReachingProxy = true
      return lookUp()
    }
    addresses = found[...]
    began = .now()
    connectToNext(after: AttemptFailure(.connect, "no address to connect to"))
  }

  private func connectToNext(after failure: AttemptFailure) {
    guard let address = addresses.popFirst() else { return fail(failure) }
    current = address
    // One address that swallows packets must not use up the time of the others. The last one is timed by the exchange itself.
    let left = exchange.deadline - .now()
    let share = addresses.isEmpty ? left + .seconds(1) : .nanoseconds(left.nanoseconds / Int64(addresses.count + 1))
    let attempt = NIOLoopBound(self, eventLoop: shard.eventLoop)
    do {
      let target = try SocketAddress(ipAddress: address.unmapped.description, port: target.port)
      ClientBootstrap(group: shard.eventLoop)
        .connectTimeout(max(share, .milliseconds(1)))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture { try attempt.value.initialize(channel) }
        }
        .connect(to: target)
        .assumeIsolated()
        .whenComplete { self.connected($0, to: address) }
    } catch {
      connectToNext(after: ConnectFailures.connect(error, peer: text(address)))
    }
  }

  private func initialize(_ channel: any Channel) throws {
    self.channel = channel
    let pipeline = channel.pipeline.syncOperations
    if url.isSecure {
      if let proxy = origin.proxy {
        try pipeline.addHandler(ProxyTunnelHandler(self, request: ProxyTunnel.request(to: url, through: proxy)))
      } else {
        try pipeline.addHandlers(try tlsHandlers())
      }
    }
    try pipeline.addHandler(ConnectionHandler(attempt: self, origin: origin, shard: shard))
  }

  /// TLS, and before it what watches its handshake.
  private func tlsHandlers() throws -> [any ChannelHandler] {
    let watch = CertificateWatch()
    self.watch = watch
    return [watch, try tlsHandler()]
  }

  private func tlsHandler() throws -> NIOSSLClientHandler {
    let name = url.addressLiteral == nil ? String(url.host.hasSuffix(".") ? url.host.dropLast() : url.host[...]) : nil
    return try NIOSSLClientHandler(context: try shard.settings.tls.context(for: origin.key.route?.tls), serverHostname: name)
  }

  private func connected(_ result: Result<any Channel, any Error>, to address: IPAddress) {
    switch result {
    case .success(let channel) where isOver: channel.close(promise: nil)
    case .success(let channel) where !url.isSecure:
      guard let handler = try? channel.pipeline.syncOperations.handler(type: ConnectionHandler.self) else {
        return fail(AttemptFailure(.connect, "connection to \(text(address)) was closed at once"))
      }
      ready(handler)
    case .success: isStartingTLS = !isReachingProxy
    case .failure where isOver: break
    case .failure(let error): connectToNext(after: ConnectFailures.connect(error, peer: text(address)))
    }
  }

  private func ready(_ connection: ConnectionHandler) {
    guard !isOver else { return }
    isOver = true
    exchange.phases.connectMicroseconds = (NIODeadline.now() - began).microseconds
    exchange.deadline = exchange.end
    connection.begin(exchange)
  }

  private func blocked(_ reason: String) {
    fail(AttemptFailure(.blocked, "blocked: \(reason)"))
  }

  private func fail(_ failure: AttemptFailure) {
    guard !isOver else { return }
    isOver = true
    shard.connectFailed(exchange, to: origin, isReachingProxy ? proxied(failure) : failure)
  }

  /// A failure as one of the proxy; that it must not be connected to is still the guard's word.
  private func proxied(_ failure: AttemptFailure) -> AttemptFailure {
    let peer = origin.proxy?.peer ?? ""
    let message = "proxy \(peer): \(failure.message)"
    guard failure.kind == .blocked else { return AttemptFailure(.proxy, message) }
    return AttemptFailure(.blocked, message, outline: "the proxy is not allowed: \(message)")
  }

  private func text(_ address: IPAddress) -> String {
    address.version == .v6 ? "[\(address)]:\(target.port)" : "\(address):\(target.port)"
  }
}
