// Name resolution by the C library, which blocks: on threads of its own, never on an event loop or Swift's thread pool.

import Glibc
import NIOCore
import NIOPosix
import Synchronization
public import TidehookCore

/// Resolves with `getaddrinfo`, as every other program of the system does (hosts file, search domains, name servers).
///
/// All requests for one name share one call, so that a name whose servers hang occupies one thread, not all of them.
public final class SystemResolver: AddressResolver {
  private typealias Waiter = CheckedContinuation<Result<[IPAddress], AttemptFailure>, Never>

  private let threads: NIOThreadPool
  private let waiting = Mutex<[String: [Waiter]]>([:])

  /// Starts the threads.
  ///
  /// - Parameter threads: How many names can be resolved at a time; 16 by default: they cost little while they wait, and
  ///   each can be held up for as long as the system's resolver tries (10 s and more).
  public init(threads: Int = 16) {
    self.threads = NIOThreadPool(numberOfThreads: max(1, threads))
    self.threads.start()
  }

  /// Resolves on one of the threads; waits for a free one.
  public func addresses(of host: String) async throws(AttemptFailure) -> [IPAddress] {
    let result = await withCheckedContinuation { (waiter: Waiter) in
      let isFirst = waiting.withLock { waiting in
        waiting[host, default: []].append(waiter)
        return waiting[host]?.count == 1
      }
      if isFirst { lookUp(host) }
    }
    return try result.get()
  }

  /// Lets each thread end with the call that it is in, and waits for none: a call cannot be interrupted.
  public func shutdown() async {
    threads.shutdownGracefully { _ in }
  }

  private func lookUp(_ host: String) {
    threads.submit { [self] state in
      let result =
        state == .active ? Self.callSystem(host) : .failure(AttemptFailure(.dns, "host name \(host) was not resolved: shutting down"))
      let waiters = waiting.withLock { $0.removeValue(forKey: host) }
      for waiter in waiters ?? [] { waiter.resume(returning: result) }
    }
  }

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
