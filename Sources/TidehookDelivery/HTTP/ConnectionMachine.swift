// One connection's life as a pure value: what to do when a request starts, bytes arrive, or the peer goes away.

package import NIOCore
package import TidehookCore

/// Decides for one connection, which carries one request at a time.
package struct ConnectionMachine: Sendable {
  /// What the connection's owner has to do.
  package enum Action: Sendable, Equatable {
    /// Nothing yet.
    case wait
    /// Hand the answer over; park the connection, or close it.
    case succeed(ReceivedResponse, isReusable: Bool)
    /// Hand the failure over and close the connection.
    case fail(AttemptFailure)
    /// Send the request once more on a fresh connection: this one had died while it was idle.
    case retryOnFreshConnection
    /// Close the connection; nobody waits on it.
    case close
  }

  private enum State {
    case idle
    case exchanging(isReused: Bool)
    case closed
  }

  private let limits: HTTPClientLimits
  private var state = State.idle
  private var parser: ResponseParser
  private var exchanges = 0

  /// Makes the machine of a connection that was just opened.
  package init(limits: HTTPClientLimits) {
    self.limits = limits
    parser = ResponseParser(method: "", limits: limits)
  }

  /// Whether a request can be started.
  package var isIdle: Bool { if case .idle = state { true } else { false } }

  /// Whether the first byte of the current answer is still to come.
  package var awaitsFirstByte: Bool { !parser.hasStarted }

  /// A request is about to be written.
  package mutating func start(method: String) {
    state = .exchanging(isReused: exchanges > 0)
    exchanges += 1
    parser = ResponseParser(method: method, limits: limits)
  }

  /// Bytes arrived. Bytes that nobody asked for make a connection useless.
  package mutating func received(_ bytes: inout ByteBuffer) -> Action {
    switch state {
    case .idle:
      state = .closed
      return .close
    case .exchanging: return action(after: parser.read(&bytes))
    case .closed: return .wait
    }
  }

  /// The connection is gone; `reason` says why when it is known.
  /// - Parameter refusal: what it means of a fresh connection on which no answer has begun, if that is known.
  package mutating func closed(reason: String? = nil, refusal: AttemptFailure? = nil) -> Action {
    guard case .exchanging(let isReused) = state else {
      state = .closed
      return .close
    }
    if isReused, !parser.hasStarted {
      state = .closed
      return .retryOnFreshConnection
    }
    if let refusal, !parser.hasStarted {
      state = .closed
      return .fail(refusal)
    }
    let action = action(after: parser.end())
    guard case .fail(let failure) = action, let reason else { return action }
    return .fail(AttemptFailure(.malformed, "\(failure.message) (\(reason))"))
  }

  private mutating func action(after step: ResponseParser.Step) -> Action {
    switch step {
    case .needsMore: return .wait
    case .complete(let response, let isReusable):
      state = isReusable ? .idle : .closed
      return .succeed(response, isReusable: isReusable)
    case .malformed(let message):
      state = .closed
      return .fail(AttemptFailure(.malformed, message))
    case .oversized(let message):
      state = .closed
      return .fail(AttemptFailure(.oversized, message))
    }
  }
}
