// The HTTP client of commands: the delivery engine's own, without its guard, since where to connect is the user's own word here.

import NIOPosix
import TidehookCore
import TidehookDelivery

/// Makes clients that connect to wherever they are told.
enum OpenTransport {
  /// A client that keeps as many bytes of an answer.
  static func make(keptBodyBytes: Int) throws(CommandFailure) -> any DeliveryClient {
    let everywhere = ["0.0.0.0/0", "::/0"].compactMap { try? AddressRange(parsing: $0) }
    do {
      return try HTTPDeliveryClient(
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton, policy: EgressPolicy(allowed: everywhere),
        limits: HTTPClientLimits(keptBodyBytes: keptBodyBytes))
    } catch {
      throw CommandFailure(.unreachable, "cannot prepare TLS: \(error)")
    }
  }
}
