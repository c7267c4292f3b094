// From a request to an open connection: resolve, let the egress guard judge, connect to what it judged, start TLS.

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

  init(_ exchange: PendingExchange, to origin: Origin, shard: ConnectionShard) {
    self.exchange = exchange
    self.origin = origin
    self.shard = shard
  }

  private var url: DestinationURL { exchange.request.url }

  /// What it is doing, for messages.
  var activity: String {
    current.map { "connecting to \(Self.text($0, port: url.port))" } ?? "resolving host name \(url.host)"
  }

  func timeoutFailure(after timeout: Duration) -> AttemptFailure {
    guard let current else { return AttemptFailure(.dns, "host name \(url.host) did not resolve within \(timeout.forPeople)") }
    return AttemptFailure(.connect, "connect to \(Self.text(current, port: url.port)) timed out after \(timeout.forPeople)")
  }

  func begin() {
    if let literal = url.addressLiteral { return vet([literal]) }
    if url.isLocalhost {
      // What localhost means is fixed, so no name server is asked; what of it is allowed is the operator's choice.
      let addresses = shard.settings.policy.allowedLoopback
      return addresses.isEmpty ? blocked("loopback host name \(url.host)") : vet(addresses)
    }
    resolve()
  }

  /// Gives up; the exchange is answered by the caller.
  func abort() {
    isOver = true
    resolution?.cancel()
    channel?.close(promise: nil)
  }

  /// The TLS handshake is done.
  func handshakeCompleted(_ connection: ConnectionHandler) {
    ready(connection)
  }

  /// The connection was closed before it could be used.
  func closedEarly(_ error: (any Error)?) {
    guard !isOver, let current, url.isSecure else { return }
    fail(ConnectFailures.tls(error, peer: Self.text(current, port: url.port), host: url.host))
  }

  private func resolve() {
    let resolver = shard.settings.resolver
    let host = url.host
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
    exchange.phases.resolveMicroseconds = (NIODeadline.now() - began).microseconds
    switch result {
    case .success(let addresses): vet(addresses)
    case .failure(let failure): fail(failure)
    }
  }

  /// Nothing is connected to before all addresses have been judged.
  private func vet(_ found: [IPAddress]) {
    guard !found.isEmpty else { return fail(AttemptFailure(.dns, "host name \(url.host) does not resolve")) }
    switch shard.settings.policy.verdict(for: found) {
    case .blocked(let reason): blocked(reason)
    case .allowed:
      addresses = found[...]
      began = .now()
      connectToNext(after: AttemptFailure(.connect, "no address to connect to"))
    }
  }

  private func connectToNext(after failure: AttemptFailure) {
    guard let address = addresses.popFirst() else { return fail(failure) }
    current = address
    // One address that swallows packets must not use up the time of the others. The last one is timed by the exchange itself.
    let left = exchange.deadline - .now()
    let share = addresses.isEmpty ? left + .seconds(1) : .nanoseconds(left.nanoseconds / Int64(addresses.count + 1))
    let attempt = NIOLoopBound(self, eventLoop: shard.eventLoop)
    do {
      let target = try SocketAddress(ipAddress: address.unmapped.description, port: url.port)
      ClientBootstrap(group: shard.eventLoop)
        .connectTimeout(max(share, .milliseconds(1)))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture { try attempt.value.initialize(channel) }
        }
        .connect(to: target)
        .assumeIsolated()
        .whenComplete { self.connected($0, to: address) }
    } catch {
      connectToNext(after: ConnectFailures.connect(error, peer: Self.text(address, port: url.port)))
    }
  }

  private func initialize(_ channel: any Channel) throws {
    self.channel = channel
    if url.isSecure {
      let name = url.addressLiteral == nil ? String(url.host.hasSuffix(".") ? url.host.dropLast() : url.host[...]) : nil
      try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: shard.settings.tls, serverHostname: name))
    }
    try channel.pipeline.syncOperations.addHandler(ConnectionHandler(attempt: self, origin: origin, shard: shard))
  }

  private func connected(_ result: Result<any Channel, any Error>, to address: IPAddress) {
    switch result {
    case .success(let channel) where isOver: channel.close(promise: nil)
    case .success(let channel) where !url.isSecure:
      guard let handler = try? channel.pipeline.syncOperations.handler(type: ConnectionHandler.self) else {
        return fail(AttemptFailure(.connect, "connection to \(Self.text(address, port: url.port)) was closed at once"))
      }
      ready(handler)
    case .success: break  // The TLS handshake goes on.
    case .failure where isOver: break
    case .failure(let error): connectToNext(after: ConnectFailures.connect(error, peer: Self.text(address, port: url.port)))
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
    shard.connectFailed(exchange, to: origin, failure)
  }

  private static func text(_ address: IPAddress, port: Int) -> String {
    address.version == .v6 ? "[\(address)]:\(port)" : "\(address):\(port)"
  }
}
