import Testing
import TidehookScripting
import TidehookTesting

@Suite struct FairQueueTests {
  private static let long = Duration.milliseconds(50)
  private static let short = Duration.microseconds(10)

  /// Takes elements one after the other, each of which takes what `time` says.
  private func serve(_ count: Int, from queue: inout FairQueue<String>, time: (String) -> Duration = { _ in short }) -> [String] {
    (0..<count).compactMap { _ in
      guard let (element, ticket) = queue.popFirst() else { return nil }
      queue.finish(ticket, took: time(element))
      return element
    }
  }

  private func fill(_ queue: inout FairQueue<String>, _ lanes: [(String, UInt64)], count: Int) {
    for (name, lane) in lanes { for _ in 0..<count { _ = queue.append(name, lane: lane) } }
  }

  @Test func lanesOfLikeElementsTakeTurns() {
    var queue = FairQueue<String>(maximumRunning: 1)
    fill(&queue, [("a", 1), ("b", 2), ("c", 3)], count: 2)
    #expect(serve(7, from: &queue) == ["a", "b", "c", "a", "b", "c"])
  }

  @Test func theOrderWithinALaneIsKept() {
    var queue = FairQueue<String>(maximumRunning: 1)
    for number in 0..<9 { _ = queue.append("\(number)", lane: 7) }
    #expect(serve(9, from: &queue) == (0..<9).map { "\($0)" })
  }

  @Test(arguments: [1, 2])
  func aLaneOfLongElementsWaitsUntilTheOthersHadAsMuch(maximumRunning: Int) {
    var queue = FairQueue<String>(maximumRunning: maximumRunning)
    fill(&queue, [("long", 1), ("short", 2)], count: 100)
    let order = serve(102, from: &queue) { $0 == "long" ? Self.long : .milliseconds(1) }
    let round = ["long"] + Array(repeating: "short", count: 50)
    #expect(order == round + round)
  }

  @Test func howManyLanesOfLongElementsThereAreMakesNoDifference() {
    var queue = FairQueue<String>(maximumRunning: 1)
    fill(&queue, (1...20).map { ("long", $0) }, count: 10)
    let time = { (name: String) in name == "long" ? Self.long : Self.short }
    #expect(serve(20, from: &queue, time: time) == Array(repeating: "long", count: 20))
    fill(&queue, [("short", 21)], count: 100)
    #expect(serve(100, from: &queue, time: time) == Array(repeating: "short", count: 100))
  }

  @Test func whoHadNothingToDoHasNothingSavedUp() {
    var queue = FairQueue<String>(maximumRunning: 1)
    fill(&queue, [("steady", 1)], count: 1000)
    _ = serve(500, from: &queue) { _ in .milliseconds(1) }
    fill(&queue, [("late", 2)], count: 500)
    #expect(serve(100, from: &queue) { _ in .milliseconds(1) }.count { $0 == "late" } == 50)
  }

  @Test func whoWasAheadIsSoStillWhenItComesBack() {
    var queue = FairQueue<String>(maximumRunning: 1)
    _ = queue.append("long", lane: 1)
    _ = serve(1, from: &queue) { _ in Self.long }
    _ = queue.append("long", lane: 1)
    fill(&queue, [("short", 2)], count: 3)
    #expect(serve(4, from: &queue) == ["short", "short", "short", "long"])
  }

  private func take(_ queue: inout FairQueue<String>) -> (element: String, ticket: FairQueue<String>.Ticket)? { queue.popFirst() }

  @Test func slowLanesNeverHaveAllThreads() throws {
    var queue = FairQueue<String>(maximumRunning: 2)
    fill(&queue, [("a", 1), ("b", 2), ("c", 3)], count: 3)
    // What a lane's elements take is known when the first has ended.
    _ = serve(3, from: &queue) { _ in Self.long }
    let (first, second) = (try #require(take(&queue)), try #require(take(&queue)))
    #expect([first.element, second.element] == ["a", "b"])
    #expect(take(&queue) == nil && !queue.hasTurn)
    let (startsSlow, startsQuick) = (queue.append("c", lane: 3), queue.append("quick", lane: 4))
    #expect(!startsSlow && startsQuick)
    #expect(take(&queue)?.element == "quick")
    queue.finish(first.ticket, took: Self.long)
    #expect(take(&queue)?.element == "c")
  }

  @Test func oneLaneHasNoMoreThanItsShareUnderWay() throws {
    var queue = FairQueue<String>(maximumRunning: 2)
    fill(&queue, [("a", 1)], count: 3)
    let first = try #require(take(&queue))
    #expect(take(&queue) != nil)
    #expect(take(&queue) == nil)
    queue.finish(first.ticket, took: Self.short)
    #expect(take(&queue)?.element == "a")
  }

  @Test func lanesAreForgottenOnceTheOthersHaveCaughtUp() {
    var queue = FairQueue<String>(maximumRunning: 1)
    for lane in 1...1000 {
      _ = queue.append("once", lane: UInt64(lane))
      _ = serve(1, from: &queue)
    }
    fill(&queue, [("steady", 0)], count: 10)
    _ = serve(10, from: &queue)
    #expect(queue.laneCount <= 2)
  }

  @Test(arguments: 0..<20)
  func whateverComesEverythingIsServedAndNothingStaysBehind(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    var queue = FairQueue<String>(maximumRunning: 1 + seed % 3)
    var (running, added, served): ([FairQueue<String>.Ticket], Int, Int) = ([], 0, 0)
    while added < 3000 || served < added {
      if added < 3000, random.next() % 2 == 0 {
        _ = queue.append("x", lane: random.next() % 9)
        added += 1
      } else if random.next() % 2 == 0, let next = queue.popFirst() {
        running.append(next.ticket)
      } else if !running.isEmpty {
        queue.finish(running.remove(at: Int(random.next() % UInt64(running.count))), took: .microseconds(Int64(random.next() % 20_000)))
        served += 1
      }
    }
    #expect(!queue.hasTurn && take(&queue) == nil)
    _ = queue.append("last", lane: 100)
    #expect(serve(1, from: &queue) { _ in Self.long } == ["last"])
  }
}
