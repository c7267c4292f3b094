// One reading of the newest events: first those with higher keys, then those that came late, each newest first.

import TidehookCore

/// What a reading looks for, and what it has found so far.
struct TailReading {
  private var start: TailPosition
  private let limits: TailLimits
  private var shares: TailShares
  private var end: TailPosition
  /// Where late events stand in the notes.
  private var places: [Int64: TailPosition] = [:]
  /// What was found, newest first.
  private var events: [TailEvent] = []
  private var looked = 0

  private static let lastKey = SQLStatement("SELECT key FROM events ORDER BY key DESC LIMIT 1")
  private static let newest = SQLStatement("SELECT \(eventColumns) FROM events e WHERE e.key > $1 ORDER BY e.key DESC LIMIT $2")
  private static let oneEvent = SQLStatement("SELECT \(eventColumns) FROM events e WHERE e.key = $1")
  private static let notes = SQLStatement("SELECT number, keys FROM late_events WHERE number >= $1 ORDER BY number DESC")
  private static let firstNote = SQLStatement("SELECT number FROM late_events ORDER BY number LIMIT 1")
  private static let lastNote = SQLStatement("SELECT number, keys FROM late_events ORDER BY number DESC LIMIT 1")

  init(after start: TailPosition, for readers: [TailFilter], limits: TailLimits) {
    self.start = start
    self.limits = limits
    shares = TailShares(readers, limits)
    end = start
  }

  /// The position of who has seen everything.
  static func end(_ connection: any SQLConnection) throws(SQLFailure) -> TailPosition {
    let key = try connection.first(lastKey, []) { $0.integer(0) } ?? 0
    let note = try connection.first(lastNote, []) { ($0.integer(0), Int64(LateEvents.read($0.bytes(1)).count)) }
    return TailPosition(key: key, note: note?.0 ?? 0, count: note?.1 ?? 0)
  }

  /// Reads, in one snapshot.
  mutating func run(_ connection: any SQLConnection) throws(SQLFailure) -> TailPage {
    end = try Self.end(connection)
    start = start.limited(to: end)
    try readNotes(connection)
    try readNewer(connection)
    try readLate(connection)
    return TailPage(events: events.reversed(), end: end, cut: shares.cut)
  }

  private mutating func readNotes(_ connection: any SQLConnection) throws(SQLFailure) {
    try connection.query(Self.notes, [.integer(start.note)]) { row in
      let (number, keys) = (row.integer(0), LateEvents.read(row.bytes(1)))
      let seen = number == start.note ? Int(clamping: start.count) : 0
      for (index, key) in keys.enumerated().dropFirst(seen) {
        places[key] = TailPosition(key: start.key, note: number, count: Int64(index) + 1)
      }
      return places.count < limits.rows
    }
    if places.count >= limits.rows { return shares.cutAll() }
    guard end.note > start.note else { return }
    // Notes that are not kept any more.
    let first = try connection.first(Self.firstNote, []) { $0.integer(0) } ?? end.note
    if first - 1 > max(0, start.note) { shares.cutAll() }
  }

  private mutating func readNewer(_ connection: any SQLConnection) throws(SQLFailure) {
    try connection.query(Self.newest, [.integer(start.key), .integer(Int64(limits.rows) + 1)]) { row in
      guard goesOn() else { return false }
      let key = row.integer(0)
      take(row, TailPosition(key: key, note: end.note, count: end.count), note: places[key]?.note ?? 0)
      return true
    }
  }

  /// Those whose keys are not higher: nobody looks there without the notes.
  private mutating func readLate(_ connection: any SQLConnection) throws(SQLFailure) {
    let late = places.filter { $0.key <= start.key }.sorted { ($0.value.note, $0.value.count) > ($1.value.note, $1.value.count) }
    for (key, place) in late {
      guard goesOn() else { return }
      try connection.query(Self.oneEvent, [.integer(key)]) { row in
        take(row, place, note: place.note)
        return false
      }
    }
  }

  /// Whether another row may be looked at.
  private mutating func goesOn() -> Bool {
    if looked >= limits.rows { shares.cutAll() }
    looked += 1
    return !shares.isSpent
  }

  private mutating func take(_ row: any SQLRow, _ position: TailPosition, note: Int64) {
    let readers = shares.readers(of: EventType(stored: row.text(3)), Namespace(stored: row.text(4)))
    guard !readers.isEmpty else { return }
    let event = row.event(0)
    shares.take(event.payload.count, for: readers)
    events.append(TailEvent(event: event, position: position, note: note, readers: readers))
  }
}
