import NIOCore
import Testing
import TidehookCore
import TidehookDelivery

@Suite struct LookupQueueTests {
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  private static let gone = AttemptFailure(.dns, "gone")

  private var queue = LookupQueue<String>(threads: 8, maxQueued: 100)
  private var id = 0

  @Test mutating func oneCallServesAllWhoWaitForAName() {
    #expect(add("a.example", "one") == nil)
    #expect(add("a.example", "two") == nil)
    #expect(begin() == ["a.example"])
    #expect(add("a.example", "three") == nil)
    #expect(begin().isEmpty)
    #expect(queue.finished("a.example", failure: nil, at: Self.start).sorted() == ["one", "three", "two"])
  }

  @Test mutating func aNameThatNobodyWaitsForIsNotLookedUp() {
    #expect(add("a.example") == nil)
    #expect(add("b.example") == nil)
    #expect(queue.remove(id: 1, for: "a.example") == "someone")
    #expect(queue.remove(id: 1, for: "a.example") == nil)
    #expect(begin() == ["b.example"])
  }

  @Test mutating func aLookupThatIsUnderWayKeepsItsThreadWhenNobodyWaits() {
    #expect(add("a.example") == nil)
    #expect(begin() == ["a.example"])
    #expect(queue.remove(id: 1, for: "a.example") == "someone")
    #expect(add("a.example", "late") == nil)
    #expect(begin().isEmpty)
    #expect(queue.finished("a.example", failure: nil, at: Self.start) == ["late"])
  }

  @Test mutating func unknownNamesLeaveAQuarterOfTheThreadsFree() {
    for number in 0..<8 { #expect(add("\(number).example") == nil) }
    #expect(begin() == (0..<6).map { "\($0).example" })
  }

  @Test mutating func slowNamesHoldUpAQuarterOfTheThreads() {
    for number in 0..<6 { #expect(add("\(number).slow") == nil) }
    #expect(begin().count == 6)
    let later = Self.start + .seconds(10)
    for number in 0..<6 { #expect(queue.finished("\(number).slow", failure: nil, at: later) == ["someone"]) }
    for number in 0..<6 { #expect(add("\(number).slow") == nil) }
    #expect(begin(at: later) == ["0.slow", "1.slow"])
    for number in 0..<6 { #expect(add("\(number).new") == nil) }
    #expect(begin(at: later) == ["0.new", "1.new", "2.new", "3.new"])
  }

  @Test mutating func quickNamesGoFirstAndMayHaveEveryThread() {
    #expect(add("quick.example") == nil)
    #expect(begin() == ["quick.example"])
    #expect(queue.finished("quick.example", failure: nil, at: Self.start) == ["someone"])
    for number in 0..<8 { #expect(add("\(number).example") == nil) }
    #expect(begin().count == 6)
    #expect(add("quick.example") == nil)
    #expect(begin() == ["quick.example"])
  }

  @Test mutating func noMoreLookupsThanThreadsAreUnderWay() {
    for number in 0..<20 {
      #expect(add("\(number).example") == nil)
      #expect(begin() == ["\(number).example"])
      #expect(queue.finished("\(number).example", failure: nil, at: Self.start) == ["someone"])
    }
    for number in 0..<20 { #expect(add("\(number).example") == nil) }
    #expect(begin().count == 8)
    #expect(add("new.example") == nil)
    #expect(begin().isEmpty)
  }

  @Test mutating func failuresAreRememberedForFiveSeconds() {
    #expect(add("a.example") == nil)
    #expect(begin() == ["a.example"])
    #expect(queue.finished("a.example", failure: Self.gone, at: Self.start) == ["someone"])
    #expect(add("a.example", at: Self.start + .seconds(4)) == Self.gone)
    #expect(add("a.example", at: Self.start + .seconds(5)) == nil)
  }

  @Test mutating func namesBeyondTheLimitAreRefused() {
    queue = LookupQueue(threads: 1, maxQueued: 2)
    #expect(add("a.example") == nil)
    #expect(begin() == ["a.example"])
    #expect(add("b.example") == nil)
    #expect(add("c.example") == nil)
    #expect(add("d.example") == AttemptFailure(.dns, "too many names are being resolved"))
    #expect(add("c.example") == nil)
  }

  @Test mutating func closingAnswersThoseWithoutAThread() {
    queue = LookupQueue(threads: 1, maxQueued: 10)
    #expect(add("a.example", "first") == nil)
    #expect(begin() == ["a.example"])
    #expect(add("b.example", "second") == nil)
    #expect(queue.close() == ["second"])
    #expect(queue.finished("a.example", failure: nil, at: Self.start) == ["first"])
    #expect(begin().isEmpty)
  }

  private mutating func add(_ host: String, _ waiter: String = "someone", at now: NIODeadline = LookupQueueTests.start) -> AttemptFailure? {
    id += 1
    return queue.add(waiter, id: id, for: host, at: now)
  }

  /// Begins as many lookups as there are threads for.
  private mutating func begin(at now: NIODeadline = LookupQueueTests.start) -> [String] {
    var hosts: [String] = []
    while let host = queue.next(at: now) { hosts.append(host) }
    return hosts
  }
}
