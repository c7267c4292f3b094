// One open connection: carries out what its machine decides.

import NIOCore
import NIOTLS
import TidehookCore

/// The last handler of a connection's pipeline. Confined to its event loop.
final class ConnectionHandler: ChannelInboundHandler, Equatable {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let origin: Origin
  private let shard: ConnectionShard
  private var context: ChannelHandlerContext?
  private var machine: ConnectionMachine
  private var exchange: PendingExchange?
  /// The attempt that opens it, until the TLS handshake is done.
  private var attempt: ConnectAttempt?
  private var firstError: (any Error)?
  /// What the receiver asked for in the handshake.
  var certificate = CertificateAsk.none
  private var isRetired = false
  /// When it was parked last.
  var idleSince = NIODeadline.distantPast

  init(attempt: ConnectAttempt, origin: Origin, shard: ConnectionShard) {
    self.attempt = attempt
    self.origin = origin
    self.shard = shard
    machine = ConnectionMachine(limits: shard.settings.limits)
  }

  static func == (left: ConnectionHandler, right: ConnectionHandler) -> Bool { left === right }

  /// Sends a request; its answer or failure goes to the shard.
  func begin(_ exchange: PendingExchange) {
    attempt = nil
    guard let context else { return shard.retry(exchange, to: origin) }
    self.exchange = exchange
    exchange.stage = .exchanging(self)
    machine.start(method: exchange.request.method)
    do throws(AttemptFailure) {
      let bytes = try shard.encode(exchange.request, to: origin)
      exchange.written = .now()
      context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    } catch {
      perform(.fail(error))
    }
  }

  /// Closes the connection without a word to anyone: its exchange is over.
  func abandon() {
    exchange = nil
    retire()
  }

  /// Closes an idle connection that the pool has forgotten already.
  func close() {
    isRetired = true
    context?.close(promise: nil)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard let event = event as? TLSUserEvent, case .handshakeCompleted = event else { return }
    attempt?.handshakeCompleted(self)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if let exchange, machine.awaitsFirstByte { exchange.answerBegins() }
    perform(machine.received(&bytes))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    firstError = firstError ?? error
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    if let attempt = attempt.take() { return attempt.closedEarly(firstError) }
    let refusal = ConnectFailures.refusal(firstError, certificate: certificate)
    perform(machine.closed(reason: firstError.flatMap(ConnectFailures.reason), refusal: refusal))
  }

  /// Once it is retired, nothing that still happens to it may be counted again: the pool has forgotten it.
  private func perform(_ action: ConnectionMachine.Action) {
    guard !isRetired else { return }
    switch action {
    case .wait: break
    case .succeed(let response, let isReusable):
      answer(judged(response))
      if isReusable { shard.finished(self, to: origin) } else { retire() }
    case .fail(let failure):
      answer(.failure(failure))
      retire()
    case .retryOnFreshConnection:
      isRetired = true
      if let exchange = exchange.take() { shard.retry(exchange, to: origin) } else { shard.lost(to: origin) }
    case .close: retire()
    }
  }

  /// An answer 407 is the proxy's own: no receiver has a word on it (RFC 9110, section 15.5.8).
  private func judged(_ response: ReceivedResponse) -> Result<ReceivedResponse, AttemptFailure> {
    guard response.status == 407, let proxy = origin.readingProxy else { return .success(response) }
    return .failure(AttemptFailure(.proxy, "proxy \(proxy.peer): it asks for a user name and a password, or for others (407)"))
  }

  private func answer(_ result: Result<ReceivedResponse, AttemptFailure>) {
    if let exchange = exchange.take() { shard.finish(exchange, result) }
  }

  /// Takes the connection out of the pool's count, then closes it: TLS may need a while to say goodbye.
  private func retire() {
    guard !isRetired else { return }
    isRetired = true
    shard.closed(self, to: origin)
    context?.close(promise: nil)
  }
}
