// Waits for sockets: a thin cover over epoll, level-triggered.

import CEpoll
import Glibc

/// An epoll set whose members are named by small tokens.
struct Poller: ~Copyable {
  private static let batch = 256
  private let descriptor: Int32
  private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Poller.batch)

  init() throws {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard descriptor >= 0 else { throw BenchError.system("epoll_create1") }
  }

  deinit {
    close(descriptor)
    events.deallocate()
  }

  /// Watches a socket for input.
  func add(_ socket: Int32, token: UInt64) throws {
    try control(EPOLL_CTL_ADD, socket, token: token, interest: EPOLLIN.rawValue)
  }

  /// Watches a known socket for input and, if asked, for room to write.
  func change(_ socket: Int32, token: UInt64, wantsToWrite: Bool) throws {
    try control(EPOLL_CTL_MOD, socket, token: token, interest: EPOLLIN.rawValue | (wantsToWrite ? EPOLLOUT.rawValue : 0))
  }

  /// Waits until something is ready, or `nanoseconds` have passed, or a signal came.
  /// - Returns: how many tokens ``token(at:)`` now holds.
  func wait(nanoseconds: UInt64) -> Int {
    var limit = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    return max(0, Int(epoll_pwait2(descriptor, events, Int32(Self.batch), &limit, nil)))
  }

  /// The token of a ready socket.
  func token(at index: Int) -> UInt64 { events[index].data.u64 }

  private func control(_ operation: Int32, _ socket: Int32, token: UInt64, interest: UInt32) throws {
    var event = epoll_event(events: interest, data: epoll_data_t(u64: token))
    guard epoll_ctl(descriptor, operation, socket, &event) == 0 else { throw BenchError.system("epoll_ctl") }
  }
}
