// What the receiver does with each request, whatever connection it came on.

import Glibc
import NIOCore
import Synchronization

/// Counts requests, reports them, and decides the answers.
final class Receiver: Sendable {
  /// The longest body that is taken: far more than Tidehook sends.
  static let maximumBodyBytes = 16 * 1024 * 1024

  /// Who decides what a request is answered with.
  enum Answers {
    /// The statuses that the user named.
    case planned(StatusPlan)
    /// The app that requests are passed on to.
    case forwarded(Forwarder)
  }

  /// How long each answer waits.
  let delay: TimeAmount
  /// Whether answers never come.
  let hangs: Bool

  private let answers: Answers
  private let limit: Int?
  private let check: SignatureCheck
  private let report: RequestReport
  private let received = Atomic<Int>(0)
  private let answered = Atomic<Int>(0)

  init(answers: Answers, delay: TimeAmount, hangs: Bool, limit: Int?, check: SignatureCheck, report: RequestReport) {
    self.answers = answers
    self.delay = delay
    self.hangs = hangs
    self.limit = limit
    self.check = check
    self.report = report
  }

  /// Reports a request, unless the limit was reached before it.
  /// - Returns: what to answer with; it may take as long as the app does that the request is passed on to.
  func receive(_ request: ReceivedRequest, on eventLoop: any EventLoop) -> EventLoopFuture<ListenAnswer> {
    if case .planned = answers, !hangs, let challenge = request.challenge {
      let verdicts = check.verdicts(on: request)
      report.write(request, verdicts)
      // Whoever does not know the secret is told nothing.
      let isGenuine = !check.hasSecrets || verdicts.contains { $0.verdict == .valid }
      return eventLoop.makeSucceededFuture(isGenuine ? .challenge(challenge) : .unsignedChallenge)
    }
    let index = received.add(1, ordering: .relaxed).oldValue
    if limit.map({ index < $0 }) ?? true { report.write(request, check.verdicts(on: request)) }
    if hangs { finish() }
    switch answers {
    case .planned(let plan): return eventLoop.makeSucceededFuture(.received(status: plan.status(at: index)))
    case .forwarded(let forwarder):
      return eventLoop.makeFutureWithTask { [report] in
        let outcome = await forwarder.forward(request)
        report.write(outcome)
        return outcome.answer
      }
    }
  }

  /// Notes that a request was answered (or never will be), and ends the process after the last one.
  func finish() {
    let count = answered.add(1, ordering: .relaxed).newValue
    if let limit, count >= limit { exit(0) }
  }
}
