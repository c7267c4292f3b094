import DequeModule
import HeapModule

/// Work in lanes: the next element is of the lane that has had the least time. Not thread-safe.
///
/// Each lane has a clock that goes on by what its elements took (start-time fair queueing; Goyal, Vin and Cheng, 1996). A lane that comes, or comes
/// back, begins where the others are: time that it did not use is not saved up. So a lane of long elements waits until the others had as much as it,
/// and lanes of like elements take turns.
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
    /// Whether its last element took long.
    var isSlow = false

    var isIdle: Bool { items.isEmpty && running == 0 }
  }

  /// A lane's place in a row, by its clock; of equal clocks the first that came.
  private struct Turn: Comparable {
    let clock: Duration
    let number: Int
    let place: Int

    static func < (a: Turn, b: Turn) -> Bool { a.clock == b.clock ? a.number < b.number : a.clock < b.clock }
  }

  private let maximumRunning: Int
  private var lanes: [Lane] = []
  private var places: [UInt64: Int] = [:]
  /// Places in `lanes` that no key uses; their buffers are kept.
  private var freePlaces: [Int] = []
  /// The lanes that have elements and may start one; those that are slow are apart.
  private var quick = Heap<Turn>()
  private var slow = Heap<Turn>()
  /// Lanes that have nothing, and are ahead of the others: what they have had is forgotten when those have caught up.
  private var ahead = Heap<Turn>()
  /// Elements under way of slow lanes.
  private var slowRunning = 0
  private var turns = 0
  /// The clock of the lane that was served last.
  private var now = Duration.zero

  /// What takes longer than that makes its lane a slow one until its next element ends.
  package static var slowTime: Duration { .milliseconds(5) }

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
    lanes[place].items.append(element)
    let room = maximumRunning - lanes[place].running
    if lanes[place].items.count == 1, room > 0 { queue(place) }
    return lanes[place].items.count <= room && (!lanes[place].isSlow || slowRunning < maximumRunning)
  }

  /// Takes the first element of the lane whose turn it is. `nil` when no lane may start one. Say ``finish(_:took:)`` when it is done.
  package mutating func popFirst() -> (element: Element, ticket: Ticket)? {
    guard let place = popPlace(), let element = lanes[place].items.popFirst() else { return nil }
    let ticket = Ticket(place: place, isSlow: lanes[place].isSlow)
    lanes[place].running += 1
    if ticket.isSlow { slowRunning += 1 }
    if !lanes[place].items.isEmpty, lanes[place].running < maximumRunning { queue(place) }
    return (element, ticket)
  }

  /// Ends an element that was taken.
  /// - Parameter time: what it took.
  package mutating func finish(_ ticket: Ticket, took time: Duration) {
    let place = ticket.place
    if ticket.isSlow { slowRunning -= 1 }
    lanes[place].running -= 1
    lanes[place].clock += time
    lanes[place].isSlow = time > Self.slowTime
    if lanes[place].isIdle {
      rest(place)
    } else if !lanes[place].items.isEmpty, lanes[place].running == maximumRunning - 1 {
      queue(place)
    }
  }

  private mutating func turn(_ place: Int) -> Turn {
    turns += 1
    return Turn(clock: lanes[place].clock, number: turns, place: place)
  }

  private mutating func queue(_ place: Int) {
    let turn = turn(place)
    if lanes[place].isSlow { slow.insert(turn) } else { quick.insert(turn) }
  }

  private mutating func popPlace() -> Int? {
    while hasTurn {
      let mayBeSlow = slowRunning < maximumRunning
      let isSlow = quick.min.map { first in mayBeSlow && slow.min.map { $0 < first } ?? false } ?? true
      guard let turn = isSlow ? slow.popMin() : quick.popMin() else { return nil }
      guard lanes[turn.place].clock == turn.clock, lanes[turn.place].isSlow == isSlow else {
        // An element of it ended since it was queued.
        queue(turn.place)
        continue
      }
      now = max(now, turn.clock)
      forgetWhoIsCaughtUp()
      return turn.place
    }
    return nil
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
    lanes[place].isSlow = false
    return place
  }

  private mutating func rest(_ place: Int) {
    if lanes[place].clock > now { ahead.insert(turn(place)) } else { release(place) }
  }

  private mutating func forgetWhoIsCaughtUp() {
    while let first = ahead.min, first.clock <= now {
      ahead.removeMin()
      let lane = lanes[first.place]
      if lane.isIdle, lane.clock <= now, places[lane.key] == first.place { release(first.place) }
    }
  }

  private mutating func release(_ place: Int) {
    places[lanes[place].key] = nil
    freePlaces.append(place)
  }
}
