// One call of `send` on its event loop: the request, its deadlines, where it is, and who waits for it.

import NIOCore
import Synchronization
import TidehookCore

/// Names one call of `send` between the caller's task and the event loop, and carries its cancellation.
final class ExchangeTicket: Sendable {
  private let cancelled = Atomic(false)

  var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

  func cancel() {
    cancelled.store(true, ordering: .releasing)
  }
}

/// Confined to the event loop of its shard.
final class PendingExchange: Equatable {
  /// Where the exchange is.
  enum Stage {
    /// All connections to the origin are busy.
    case queued
    case connecting(ConnectAttempt)
    case exchanging(ConnectionHandler)
    case done
  }

  let request: SignedRequest
  let ticket: ExchangeTicket
  let start: NIODeadline
  /// The end of the total timeout.
  let end: NIODeadline
  /// When it is given up next: the end of the connect phase, or `end`.
  var deadline: NIODeadline
  var stage = Stage.queued
  var phases = ExchangePhases()
  /// When the request was written.
  var written: NIODeadline?
  /// Its place in the list of active exchanges.
  var slot = 0
  private let continuation: UnsafeContinuation<Exchange, Never>

  init(_ request: SignedRequest, ticket: ExchangeTicket, continuation: UnsafeContinuation<Exchange, Never>) {
    self.request = request
    self.ticket = ticket
    self.continuation = continuation
    start = .now()
    end = start + TimeAmount(request.timeout)
    deadline = end
  }

  static func == (left: PendingExchange, right: PendingExchange) -> Bool { left === right }

  /// Whether it waits for a free connection.
  var isQueued: Bool { if case .queued = stage { true } else { false } }

  /// Answers the caller. Called once, by the shard.
  func resume(_ result: Result<ReceivedResponse, AttemptFailure>, isCancelled: Bool = false) {
    if case .done = stage { preconditionFailure("an exchange is answered once") }
    stage = .done
    phases.totalMicroseconds = (NIODeadline.now() - start).microseconds
    continuation.resume(returning: Exchange(result, phases: phases, isCancelled: isCancelled))
  }

  /// Notes the first byte of the answer.
  func answerBegins() {
    if let written { phases.firstByteMicroseconds = (NIODeadline.now() - written).microseconds }
  }

  /// The failure to report when the deadline has passed.
  func expiryFailure() -> AttemptFailure {
    let isTotal = deadline >= end
    switch stage {
    case .connecting(let attempt):
      return isTotal ? attempt.expiryFailure(after: request.timeout) : attempt.timeoutFailure(after: request.connectTimeout)
    case .queued:
      let reason = "while waiting for a free connection"
      return AttemptFailure(.timeout, "timed out after \(request.timeout.forPeople) \(reason)", outline: "timed out \(reason)")
    case .exchanging, .done:
      let progress = phases.firstByteMicroseconds == nil ? "no answer" : "no complete answer"
      return AttemptFailure(.timeout, "\(progress) within \(request.timeout.forPeople)")
    }
  }
}

extension TimeAmount {
  var microseconds: Int64 { nanoseconds / 1000 }
}
