import DequeModule

/// Work in lanes that are served in turn, so that much work in one lane does not hold up the others. Not thread-safe.
///
/// A lane may have only so many elements under way at once: the one that is slow leaves room for the rest.
struct FairQueue<Element> {
  private struct Lane {
    var key: UInt64 = 0
    var items = Deque<Element>()
    var running = 0
  }

  private let maximumRunning: Int
  private var lanes: [Lane] = []
  private var places: [UInt64: Int] = [:]
  /// Places in `lanes` that no key uses; their buffers are kept.
  private var freePlaces: [Int] = []
  /// Places of the lanes that have elements and may start one, in the order of their turns.
  private var turns = Deque<Int>()

  /// Makes a queue whose lanes may each have `maximumRunning` elements under way, at least 1.
  init(maximumRunning: Int) { self.maximumRunning = max(1, maximumRunning) }

  /// Adds an element at the end of a lane. True when it could start at once, were it the lane's turn.
  mutating func append(_ element: Element, lane key: UInt64) -> Bool {
    let place = place(of: key)
    lanes[place].items.append(element)
    let room = maximumRunning - lanes[place].running
    if lanes[place].items.count == 1, room > 0 { turns.append(place) }
    return lanes[place].items.count <= room
  }

  /// Takes the first element of the lane whose turn it is. `nil` when no lane may start one. Say ``finish(_:)`` when it is done.
  mutating func popFirst() -> (element: Element, place: Int)? {
    guard let place = turns.popFirst(), let element = lanes[place].items.popFirst() else { return nil }
    lanes[place].running += 1
    if !lanes[place].items.isEmpty, lanes[place].running < maximumRunning { turns.append(place) }
    return (element, place)
  }

  /// Ends an element that was taken from the lane at `place`.
  mutating func finish(_ place: Int) {
    lanes[place].running -= 1
    if lanes[place].items.isEmpty {
      if lanes[place].running == 0 { release(place) }
    } else if lanes[place].running == maximumRunning - 1 {
      turns.append(place)
    }
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
    return place
  }

  private mutating func release(_ place: Int) {
    places[lanes[place].key] = nil
    freePlaces.append(place)
  }
}
