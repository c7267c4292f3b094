// Name resolution by the C library, which blocks: on threads of its own, never on an event loop or Swift's thread pool.

import Glibc
import NIOCore
import NIOPosix
import Synchronization
public import TidehookCore

/// Resolves with `getaddrinfo`, as every other program of the system does (hosts file, search domains, name servers).
///
/// All requests for one name share one call. A call cannot be interrupted, so ``LookupQueue`` decides which names may hold
/// threads up, and a request ends without its call when its task is cancelled. Failures are told again for 5 s.
public final class SystemResolver: AddressResolver {
  private typealias Waiter = CheckedContinuation<Result<[IPAddress], AttemptFailure>, Never>

  private struct State {
    var queue: LookupQueue<Waiter>
    var nextID = 0
    var isShutDown = false
  }

  private let threads: NIOThreadPool
  private let state: Mutex<State>
  private let call: @Sendable (String) -> Result<[IPAddress], AttemptFailure>

  /// Starts the threads.
  ///
  /// - Parameter threads: How many names can be resolved at a time; 16 by default: they cost little while they wait, and
  ///   each can be held up for as long as the system's resolver tries (10 s and more).
  public convenience init(threads: Int = 16) {
    self.init(threads: threads, maxQueued: 1024) { Self.callSystem($0) }
  }

  /// Starts the threads, with another call in place of the system's.
  package init(threads: Int, maxQueued: Int, call: @escaping @Sendable (String) -> Result<[IPAddress], AttemptFailure>) {
    let count = max(1, threads)
    self.threads = NIOThreadPool(numberOfThreads: count)
    self.threads.start()
    self.call = call
    state = Mutex(State(queue: LookupQueue(threads: count, maxQueued: maxQueued)))
  }

  /// Resolves on one of the threads; waits for a free one, and no longer than the task is not cancelled.
  public func addresses(of host: String) async throws(AttemptFailure) -> [IPAddress] {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (waiter: Waiter) in
        join(waiter, id: id, host: host)
        // Whoever was cancelled before joining has not been found by the handler below.
        if Task.isCancelled { leave(id: id, host: host) } else { startNext() }
      }
    } onCancel: {
      leave(id: id, host: host)
    }
    return try result.get()
  }

  /// Lets each thread end with the call that it is in, and waits for none: a call cannot be interrupted.
  public func shutdown() async {
    let waiters = state.withLock { state in
      state.isShutDown = true
      return state.queue.close()
    }
    for waiter in waiters { waiter.resume(returning: .failure(Self.shutDown)) }
    threads.shutdownGracefully { _ in }
  }

  private func join(_ waiter: Waiter, id: Int, host: String) {
    let refusal = state.withLock { state in
      state.isShutDown ? Self.shutDown : state.queue.add(waiter, id: id, for: host, at: .now())
    }
    if let refusal { waiter.resume(returning: .failure(refusal)) }
  }

  private func leave(id: Int, host: String) {
    let waiter = state.withLock { $0.queue.remove(id: id, for: host) }
    waiter?.resume(returning: .failure(AttemptFailure(.dns, "host name \(host) was not resolved: nobody waits for it")))
  }

  private func startNext() {
    while let host = state.withLock({ $0.queue.next(at: .now()) }) {
      threads.submit { [self] state in
        finish(host, state == .active ? call(host) : .failure(Self.shutDown))
      }
    }
  }

  private func finish(_ host: String, _ result: Result<[IPAddress], AttemptFailure>) {
    var failure: AttemptFailure?
    if case .failure(let found) = result { failure = found }
    let waiters = state.withLock { [failure] in $0.queue.finished(host, failure: failure, at: .now()) }
    for waiter in waiters { waiter.resume(returning: result) }
    startNext()
  }

  private static let shutDown = AttemptFailure(.dns, "names are not resolved any longer: shutting down")

  private static func callSystem(_ host: String) -> Result<[IPAddress], AttemptFailure> {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &list)
    defer { if list != nil { freeaddrinfo(list) } }
    guard code == 0 else { return .failure(failure(code, host: host)) }
    let addresses = sequence(first: list, next: { $0?.pointee.ai_next }).prefix { $0 != nil }.compactMap { address(of: $0?.pointee) }
    return addresses.isEmpty ? .failure(failure(EAI_NONAME, host: host)) : .success(addresses)
  }

  /// Offsets 4 and 8 are those of the addresses in `sockaddr_in` and `sockaddr_in6`.
  private static func address(of entry: addrinfo?) -> IPAddress? {
    guard let entry, let raw = entry.ai_addr else { return nil }
    switch entry.ai_family {
    case AF_INET:
      let bits = UnsafeRawPointer(raw).loadUnaligned(fromByteOffset: 4, as: UInt32.self)
      return IPAddress(v4: UInt32(bigEndian: bits))
    case AF_INET6:
      let bits = UnsafeRawPointer(raw).loadUnaligned(fromByteOffset: 8, as: UInt128.self)
      return IPAddress(v6: UInt128(bigEndian: bits))
    default:
      return nil
    }
  }

  private static func failure(_ code: Int32, host: String) -> AttemptFailure {
    switch code {
    // -5 is EAI_NODATA, which glibc declares for GNU programs only: the name exists, but has no address.
    case EAI_NONAME, -5: AttemptFailure(.dns, "host name \(host) does not resolve")
    case EAI_AGAIN: AttemptFailure(.dns, "host name \(host) does not resolve now: no name server answered")
    default: AttemptFailure(.dns, "host name \(host) does not resolve: \(String(cString: gai_strerror(code)).lowercased())")
    }
  }
}
