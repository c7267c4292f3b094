// Where a stream stands that began ahead of the one reading for all.

extension TailPosition {
  /// Events that a stream is told that began with everything up to this position, with positions such that none comes twice to who resumes.
  ///
  /// The one reading for all may have been behind when the stream began: its late events stand where that reading began. What the stream
  /// began with is seen by who resumes after one of them, unless an event that is told later has its key in between, and would be missed.
  /// - Parameter events: those that are new to the stream, in the order in which they are told.
  public func following(_ events: [TailEvent]) -> [TailEvent] {
    var pending = Int64.min
    var told = events
    for index in told.indices.reversed() {
      let place = told[index].position.key
      if place < key, pending <= place { told[index].position.key = key }
      let own = told[index].event.key.key
      if own <= key { pending = max(pending, own) }
    }
    return told
  }
}
