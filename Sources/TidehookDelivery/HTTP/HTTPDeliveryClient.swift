// The delivery client: HTTP/1.1 over TCP and TLS, with the egress guard between name resolution and connect.

public import NIOCore
import NIOPosix
import Synchronization
public import TidehookCore

/// Sends signed requests over kept-alive connections.
///
/// It follows no redirects, uses no proxy that was not named, and connects to nothing that its ``EgressPolicy`` has not judged, but to the
/// operator's own proxy. Behind a proxy it resolves and judges the destination all the same, and then names it to the proxy, which resolves
/// it once more: the last word is the proxy's. A connection stays with the address it was opened to; names are resolved anew for each new connection. When a reused connection turns
/// out to be closed before any byte of the answer came, the request is sent once more on a fresh one.
///
/// Connections belong to event loops: a request that is sent from a task that runs on one of them stays
/// there; all others are spread evenly.
public final class HTTPDeliveryClient: DeliveryClient, Sendable {
  private struct Shard: Sendable {
    let eventLoop: any EventLoop
    let box: NIOLoopBoundBox<ConnectionShard>

    func run(_ body: @escaping @Sendable (ConnectionShard) -> Void) {
      if eventLoop.inEventLoop { body(box.value) } else { eventLoop.execute { body(box.value) } }
    }
  }

  private let shards: [Shard]
  private let resolver: any AddressResolver
  private let turn = Atomic(0)

  /// Makes a client on the event loops of a group, which must outlive it.
  ///
  /// - Parameters:
  ///   - policy: What may be connected to; nothing but globally routable addresses by default.
  ///   - resolver: Who resolves host names; the system by default. The client shuts it down with itself.
  ///   - trust: Which certificates are trusted; the system's by default.
  ///   - proxy: The way of requests that choose none themselves; the direct one by default.
  /// - Throws: A ``TLSTrustError`` when the trusted certificates cannot be read.
  public init(
    eventLoopGroup: any EventLoopGroup, policy: EgressPolicy = EgressPolicy(), resolver: any AddressResolver = SystemResolver(),
    limits: HTTPClientLimits = HTTPClientLimits(), trust: TLSTrust = TLSTrust(), proxy: ForwardProxy? = nil
  ) throws(TLSTrustError) {
    let settings = ClientSettings(policy: policy, resolver: resolver, limits: limits, tls: try TLSContexts(trust), proxy: proxy)
    let loops = Array(eventLoopGroup.makeIterator().prefix(limits.maxConnectionsPerOrigin))
    shards = loops.enumerated().map { index, loop in
      let share = ShardShare(of: limits, index: index, count: loops.count)
      return Shard(
        eventLoop: loop,
        box: NIOLoopBoundBox.makeBoxSendingValue(ConnectionShard(eventLoop: loop, settings: settings, share: share), eventLoop: loop))
    }
    self.resolver = resolver
  }

  /// Sends one request and waits for its answer, its failure, or the timeout; never longer than that.
  ///
  /// The total timeout starts here and covers waiting for a free connection. When the calling task is cancelled, the
  /// connection is closed and a failure comes back at once, marked as cancelled, that is not to be recorded. So it is for a
  /// request that is sent after ``shutdown()`` or ``cancelAll()``.
  public func send(_ request: SignedRequest) async -> Exchange {
    let shard = nextShard()
    let ticket = ExchangeTicket()
    return await withTaskCancellationHandler {
      // Not a checked one: ``PendingExchange`` resumes it once, and what checks that costs each delivery an object.
      await withUnsafeContinuation { continuation in
        shard.run { $0.start(request, ticket: ticket, continuation: continuation) }
      }
    } onCancel: {
      ticket.cancel()
      shard.run { $0.cancel(ticket) }
    }
  }

  /// Takes no more requests, closes idle connections, and waits for the exchanges under way, at most their timeouts.
  public func shutdown() async {
    for shard in shards {
      await withCheckedContinuation { continuation in
        shard.run { $0.shutdown(continuation) }
      }
    }
    await resolver.shutdown()
  }

  /// Takes no more requests and ends the exchanges under way: their senders get a failure marked as cancelled.
  ///
  /// For the end of a drain's time; a ``shutdown()`` that waits then returns soon, and one must still follow otherwise.
  public func cancelAll() {
    for shard in shards { shard.run { $0.cancelAll() } }
  }

  private func nextShard() -> Shard {
    if let current = MultiThreadedEventLoopGroup.currentEventLoop, let own = shards.first(where: { $0.eventLoop === current }) {
      return own
    }
    let turn = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    return shards[Int(UInt(bitPattern: turn) % UInt(shards.count))]
  }
}
