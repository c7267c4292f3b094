import DequeModule
import HeapModule

/// Work in lanes: the next element is of the lane that will have had the least time when it is done. Not thread-safe.
///
/// Each lane has a clock that goes on by what its elements took (start-time fair queueing; Goyal, Vin and Cheng, 1996), and its next element is taken to
/// need what its last one took. A lane that comes, or comes back, begins where the others are: time that it did not use is not saved up. So a lane of
/// long elements waits until the others had as much as it, and lanes of like elements take turns.
///
/// Bounds on what is under way leave threads for the others: on that of one lane, and on that of all lanes together whose elements take long.
package struct FairQueue<Element> {
  /// An element that was taken: whose it is, and what it counts as.
  package struct Ticket {
    fileprivate let place: Int
    fileprivate let isSlow: Bool
  }

  private struct Lane {
    var key: UInt64 = 0
    var items = Deque<Element>()
    var running = 0
    var clock = Duration.zero
    /// What its last element took.
    var last = Duration.zero
    /// The number of its turn while it may start an element, and of its rest while it has none; 0 for neither.
    var turn = 0
    /// Whether it has nothing and is kept for being slow.
    var isRemembered = false

    var isIdle: Bool { items.isEmpty && running == 0 }
    var isSlow: Bool { last > FairQueue.slowTime }
  }

  /// A lane's place in a row: by a time, of equal times the first that came. It holds as long as it is the lane's last one.
  private struct Turn: Comparable {
    let time: Duration
    let number: Int
    let place: Int

    static func < (a: Turn, b: Turn) -> Bool { a.time == b.time ? a.number < b.number : a.time < b.time }
  }

  private let maximumRunning: Int
  private var lanes: [Lane] = []
  private var places: [UInt64: Int] = [:]
  /// Places in `lanes` that no key uses; their buffers are kept.
  private var freePlaces: [Int] = []
  /// The lanes that have elements and may start one, by when it would be done; those that are slow are apart.
  private var quick = Heap<Turn>()
  private var slow = Heap<Turn>()
  /// Lanes that have nothing, and are ahead of the others, by their clocks: they are forgotten when those have caught up.
  private var ahead = Heap<Turn>()
  /// Lanes that have nothing and were slow, the first that rested first: it is remembered of so many.
  private var known = Deque<Turn>()
  /// How many of them still rest.
  private var rememberedCount = 0
  /// Elements under way of slow lanes.
  private var slowRunning = 0
  private var turns = 0
  /// The clock of the lane that was served last.
  private var now = Duration.zero

  /// What takes longer than that makes its lane a slow one, until one of its elements takes less.
  package static var slowTime: Duration { .milliseconds(5) }
  /// How many lanes that have nothing are remembered for being slow.
  package static var remembered: Int { 1024 }

  /// Makes a queue.
  /// - Parameter maximumRunning: how many elements each lane may have under way, and all slow lanes together; at least 1.
  package init(maximumRunning: Int) { self.maximumRunning = max(1, maximumRunning) }

  /// How many lanes are known.
  package var laneCount: Int { places.count }

  /// Whether an element may start.
  package var hasTurn: Bool { !quick.isEmpty || (!slow.isEmpty && slowRunning < maximumRunning) }

  /// Adds an element at the end of a lane. True when it could start at once, were it the lane's turn.
  package mutating func append(_ element: Element, lane key: UInt64) -> Bool {
    let place = place(of: key)
    if lanes[place].items.isEmpty { lanes[place].clock = max(lanes[place].clock, now) }
    wake(place)
    lanes[place].items.append(element)
    let room = maximumRunning - lanes[place].running
    if lanes[place].items.count == 1, room > 0 { queue(place) }
    return lanes[place].items.count <= room && (!lanes[place].isSlow || slowRunning < maximumRunning)
  }

  /// Takes the first element of the lane whose turn it is. `nil` when no lane may start one. Say ``finish(_:took:)`` when it is done.
  package mutating func popFirst() -> (element: Element, ticket: Ticket)? {
    guard let place = popPlace(), let element = lanes[place].items.popFirst() else { return nil }
    lanes[place].turn = 0
    let ticket = Ticket(place: place, isSlow: lanes[place].isSlow)
    lanes[place].running += 1
    if ticket.isSlow { slowRunning += 1 }
    now = max(now, lanes[place].clock)
    if !lanes[place].items.isEmpty, lanes[place].running < maximumRunning { queue(place) }
    forgetWhoIsCaughtUp()
    dropPastTurns()
    return (element, ticket)
  }

  /// Ends an element that was taken.
  /// - Parameter time: what it took.
  package mutating func finish(_ ticket: Ticket, took time: Duration) {
    let place = ticket.place
    if ticket.isSlow { slowRunning -= 1 }
    lanes[place].running -= 1
    lanes[place].clock += time
    lanes[place].last = time
    if lanes[place].isIdle {
      rest(place)
    } else if !lanes[place].items.isEmpty, lanes[place].running < maximumRunning {
      queue(place)  // Anew, where it was queued: its time is another one.
      dropPastTurns()
    }
  }

  /// Takes out what waits, in no order; nothing may be added after that.
  package mutating func removeAll() -> [Element] {
    var waiting: [Element] = []
    for place in lanes.indices {
      waiting += lanes[place].items
      lanes[place].items = []
    }
    (quick, slow) = (Heap(), Heap())
    return waiting
  }

  private mutating func turn(_ place: Int, at time: Duration) -> Turn {
    turns += 1
    lanes[place].turn = turns
    return Turn(time: time, number: turns, place: place)
  }

  private mutating func queue(_ place: Int) {
    let turn = turn(place, at: lanes[place].clock + lanes[place].last)
    if lanes[place].isSlow { slow.insert(turn) } else { quick.insert(turn) }
  }

  private mutating func popPlace() -> Int? {
    let first = slowRunning < maximumRunning ? slow.min : nil
    guard let quickest = quick.min else { return first == nil ? nil : slow.popMin()?.place }
    return first.map { $0 < quickest } ?? false ? slow.popMin()?.place : quick.popMin()?.place
  }

  /// Keeps at the head of each row what holds: everybody asks for that alone.
  private mutating func dropPastTurns() {
    while let first = quick.min, lanes[first.place].turn != first.number { quick.removeMin() }
    while let first = slow.min, lanes[first.place].turn != first.number { slow.removeMin() }
  }

  private mutating func place(of key: UInt64) -> Int {
    if let place = places[key] { return place }
    let place: Int
    if let free = freePlaces.popLast() {
      place = free
    } else {
      place = lanes.count
      lanes.append(Lane())
    }
    places[key] = place
    lanes[place].key = key
    lanes[place].clock = now
    lanes[place].last = .zero
    return place
  }

  private mutating func rest(_ place: Int) {
    if lanes[place].isSlow {
      known.append(turn(place, at: .zero))
      lanes[place].isRemembered = true
      rememberedCount += 1
      forgetWhoIsKnownForLongest()
    } else if lanes[place].clock > now {
      ahead.insert(turn(place, at: lanes[place].clock))
    } else {
      release(place)
    }
  }

  private mutating func forgetWhoIsCaughtUp() {
    while let first = ahead.min, first.time <= now {
      ahead.removeMin()
      if lanes[first.place].turn == first.number { release(first.place) }
    }
  }

  private mutating func forgetWhoIsKnownForLongest() {
    while let first = known.first, rememberedCount > Self.remembered || lanes[first.place].turn != first.number {
      known.removeFirst()
      if lanes[first.place].turn == first.number { release(first.place) }
    }
    // Those that came back stand between the others.
    if known.count > 2 * Self.remembered { known.removeAll { [lanes] in lanes[$0.place].turn != $0.number } }
  }

  /// A lane that rested may have something to do.
  private mutating func wake(_ place: Int) {
    guard lanes[place].isRemembered else { return }
    lanes[place].isRemembered = false
    rememberedCount -= 1
  }

  private mutating func release(_ place: Int) {
    wake(place)
    lanes[place].turn = 0
    places[lanes[place].key] = nil
    freePlaces.append(place)
  }
}
