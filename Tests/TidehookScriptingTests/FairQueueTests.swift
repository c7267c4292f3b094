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
    fill(&queue, [("long", 1), ("short", 2)], count: 200)
    let order = serve(152, from: &queue) { $0 == "long" ? Self.long : .milliseconds(1) }
    // What a lane needs is known from its last element: the first long one goes unasked, those after it when the others will have had as much.
    #expect(order.indices.filter { order[$0] == "long" } == [0, 100, 151])
  }

  @Test(arguments: [20, 21, 25, 39])
  func howManyLanesOfLongElementsThereAreMakesNoDifference(served: Int) {
    var queue = FairQueue<String>(maximumRunning: 1)
    fill(&queue, (1...20).map { ("long", $0) }, count: 10)
    let time = { (name: String) in name == "long" ? Self.long : Self.short }
    #expect(serve(served, from: &queue, time: time) == Array(repeating: "long", count: served))
    fill(&queue, [("short", 21)], count: 100)
    #expect(serve(100, from: &queue, time: time) == Array(repeating: "short", count: 100))
  }

  @Test(arguments: [1, 3])
  func slowLanesThatComeAndGoLeaveAThread(maximumRunning: Int) throws {
    var queue = FairQueue<String>(maximumRunning: maximumRunning)
    for _ in 0..<3 {
      fill(&queue, (1...20).map { ("long", $0) }, count: 1)
      #expect(serve(20, from: &queue) { _ in Self.long }.count == 20)
    }
    fill(&queue, (1...20).map { ("long", $0) }, count: 1)
    for _ in 0..<maximumRunning { #expect(take(&queue) != nil) }
    #expect(take(&queue) == nil)
    fill(&queue, [("short", 21)], count: 1)
    #expect(take(&queue)?.element == "short")
  }

  @Test func ofLanesThatRestTheSlowOnesAreRememberedUpToABound() {
    var queue = FairQueue<String>(maximumRunning: 1)
    for lane in 0..<5000 {
      _ = queue.append("long", lane: UInt64(lane))
      _ = serve(1, from: &queue) { _ in Self.long }
    }
    #expect(queue.laneCount == FairQueue<String>.remembered)
  }

  @Test func whoComesAndGoesOftenMakesNobodyForgotten() {
    var queue = FairQueue<String>(maximumRunning: 1)
    for lane in [1] + Array(repeating: UInt64(2), count: 5000) {
      _ = queue.append("long", lane: lane)
      _ = serve(1, from: &queue) { _ in Self.long }
    }
    #expect(queue.laneCount == 2)
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

  /// What is known of a lane without the queue.
  private struct Model {
    var items = 0, running = 0
    var isSlow = false
  }

  @Test(arguments: 0..<40)
  func whoeverMayStartHasATurnAndEverythingIsServed(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let bound = 1 + seed % 3
    var queue = FairQueue<UInt64>(maximumRunning: bound)
    var lanes = [UInt64: Model]()
    var running: [(ticket: FairQueue<UInt64>.Ticket, lane: UInt64, isSlow: Bool)] = []
    var (added, served) = (0, 0)
    while added < 3000 || served < added {
      let lane = random.next() % 9
      switch random.next() % 3 {
      case 0 where added < 3000:
        _ = queue.append(lane, lane: lane)
        lanes[lane, default: Model()].items += 1
        added += 1
      case 1:
        guard let (lane, ticket) = queue.popFirst() else { break }
        running.append((ticket, lane, lanes[lane]?.isSlow ?? false))
        lanes[lane]?.items -= 1
        lanes[lane]?.running += 1
      default:
        guard !running.isEmpty else { break }
        let ended = running.remove(at: Int(random.next() % UInt64(running.count)))
        let time = Duration.microseconds(Int64(random.next() % 10_000))
        queue.finish(ended.ticket, took: time)
        lanes[ended.lane]?.running -= 1
        lanes[ended.lane]?.isSlow = time > FairQueue<UInt64>.slowTime
        served += 1
      }
      let slowRunning = running.count(where: \.isSlow)
      #expect(slowRunning <= bound && lanes.values.allSatisfy { $0.running <= bound && $0.items >= 0 })
      let mayStart = lanes.values.contains { $0.items > 0 && $0.running < bound && (!$0.isSlow || slowRunning < bound) }
      #expect(queue.hasTurn == mayStart)
    }
    #expect(!queue.hasTurn && queue.laneCount <= 9)
  }
}
