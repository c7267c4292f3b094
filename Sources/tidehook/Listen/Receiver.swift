// What the receiver does with each request, whatever connection it came on.

import Glibc
import NIOCore
import Synchronization

/// Counts requests, reports them, and decides the answers.
final class Receiver: Sendable {
  /// The longest body that is taken: far more than Tidehook sends.
  static let maximumBodyBytes = 16 * 1024 * 1024

  /// How long each answer waits.
  let delay: TimeAmount
  /// Whether answers never come.
  let hangs: Bool

  private let plan: StatusPlan
  private let limit: Int?
  private let check: SignatureCheck
  private let report: RequestReport
  private let received = Atomic<Int>(0)
  private let answered = Atomic<Int>(0)

  init(plan: StatusPlan, delay: TimeAmount, hangs: Bool, limit: Int?, check: SignatureCheck, report: RequestReport) {
    self.plan = plan
    self.delay = delay
    self.hangs = hangs
    self.limit = limit
    self.check = check
    self.report = report
  }

  /// Reports a request, unless the limit was reached before it.
  /// - Returns: the status to answer with.
  func receive(_ request: ReceivedRequest) -> Int {
    let index = received.add(1, ordering: .relaxed).oldValue
    if limit.map({ index < $0 }) ?? true { report.write(request, check.verdicts(on: request)) }
    if hangs { finish() }
    return plan.status(at: index)
  }

  /// Notes that a request was answered (or never will be), and ends the process after the last one.
  func finish() {
    let count = answered.add(1, ordering: .relaxed).newValue
    if let limit, count >= limit { exit(0) }
  }
}
