// New work is taken at once; results wait for company, but not for long.

import Dispatch
import Testing
import TidehookCore
import TidehookStorage

@Suite struct WriteQueueTests {
  @Test func resultsRideAlongWithNewWork() async {
    let queue = WriteQueue(patience: .seconds(3600))
    #expect(queue.add(.result) == .added)
    async let turn = Self.next(queue)
    #expect(queue.add(.result) == .added)
    #expect(queue.add(.work) == .added)
    #expect(await turn == 3)
  }

  /// What the queue gives next, waited for on a thread that may be blocked.
  private static func next(_ queue: WriteQueue) async -> Int? {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: queue.next(timeout: nil).count) }
    }
  }

  @Test func resultsAloneAreTakenWhenTheirPatienceEnds() {
    let queue = WriteQueue(patience: .milliseconds(1))
    #expect(queue.add(.result) == .added)
    #expect(queue.next(timeout: nil).count == 1)
  }

  @Test func manyResultsWaitForNothing() async {
    let queue = WriteQueue(patience: .seconds(3600))
    #expect(queue.add(.result) == .added)
    async let turn = Self.next(queue)
    for _ in 0..<600 { #expect(queue.add(.result) == .added) }
    #expect(await turn == 512)
  }

  @Test func aClosedQueueGivesWhatWaitsAtOnceAndTakesNoMore() async {
    let queue = WriteQueue(patience: .seconds(3600))
    #expect(queue.add(.result) == .added)
    async let turn = Self.next(queue)
    queue.close()
    #expect(await turn == 1)
    #expect(queue.add(.work) == .closed)
    guard case .closed = queue.next(timeout: nil) else { return #expect(Bool(false), "expected the end") }
  }

  @Test func nothingInTimeIsATimeOut() {
    guard case .timedOut = WriteQueue().next(timeout: .milliseconds(1)) else { return #expect(Bool(false), "expected a time-out") }
  }

  @Test(
    arguments: [
      (answered: 1, isCrowded: false, took: 100, pause: nil), (0, true, 100, 900), (2, false, 100, 900), (2, true, 1000, nil),
      (9, true, 5000, nil),
      (0, false, 0, nil),
    ] as [(answered: Int, isCrowded: Bool, took: Int, pause: Int?)])
  func commitsBeginAMillisecondApartWhileCallersCrowd(answered: Int, isCrowded: Bool, took: Int, pause: Int?) {
    let found = CommitPace.pause(answered: answered, isCrowded: isCrowded, took: .microseconds(took))
    #expect(found == pause.map { .microseconds($0) })
  }
}

extension WriteJob {
  fileprivate static var work: WriteJob { job(.offered) }
  fileprivate static var result: WriteJob { job(.kept) }

  private static func job(_ persistence: Persistence) -> WriteJob {
    WriteJob(persistence: persistence, isAwaited: persistence != .kept, weight: 1, run: { _ in {} }, fail: { _ in })
  }
}

extension WriteQueue.Turn {
  /// How many jobs it is about; `nil` for none.
  fileprivate var count: Int? {
    guard case .jobs(let jobs) = self else { return nil }
    return jobs.count
  }
}
