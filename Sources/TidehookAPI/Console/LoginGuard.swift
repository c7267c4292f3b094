// Lets nobody try keys and links for long.

import NIOCore
import Synchronization
import TidehookCore

/// Counts failed sign-ins; any number of threads may try at once.
final class LoginGuard: Sendable {
  private let limit: Mutex<LoginLimit>
  private let time: any TimeSource

  init(time: any TimeSource) {
    self.time = time
    limit = Mutex(LoginLimit(at: time.now()))
  }

  /// Refuses an address that has failed too often of late.
  func check(_ address: IPAddress?) throws(APIError) {
    let now = time.now()
    guard let wait = limit.withLock({ $0.wait(address, at: now) }) else { return }
    let seconds = max(1, (wait.microseconds + 999_999) / 1_000_000)
    throw APIError(.rateLimited, "too many sign-ins have failed, try again in \(seconds) s", retryAfterSeconds: seconds)
  }

  /// Notes a failure.
  func noteFailure(_ address: IPAddress?) {
    let now = time.now()
    limit.withLock { $0.noteFailure(address, at: now) }
  }
}

extension APIRequest {
  /// The address of who is at the other end of the connection, be it a proxy: what a header says of it could be anything.
  var address: IPAddress? { connection.channel.remoteAddress?.ipAddress.flatMap { IPAddress(parsing: $0) } }
}
