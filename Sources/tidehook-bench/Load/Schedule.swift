// When the next request is to be sent.

/// The send times of one load phase.
struct Schedule {
  /// Events in one request.
  let eventsPerRequest: Int
  /// When measuring starts, in nanoseconds of ``Monotonic``.
  let warmEnd: UInt64
  /// When it ends.
  let end: UInt64
  private let pace: Pace
  private let eventLimit: Int
  private let copies: Int
  private let start: UInt64
  private var requests = 0

  /// Plans a phase that starts at `start`.
  init(_ plan: LoadPlan, eventsPerRequest: Int, start: UInt64) {
    self.eventsPerRequest = eventsPerRequest
    self.start = start
    pace = plan.pace
    eventLimit = plan.eventLimit
    copies = plan.copies
    warmEnd = start + plan.warmup.nanoseconds
    end = warmEnd + plan.duration.nanoseconds
  }

  /// Takes the right to send one request, if there is one by `now`.
  /// - Returns: when it was to be sent.
  mutating func take(now: UInt64, _ journal: Journal) -> UInt64? {
    guard !isExhausted(journal) else { return nil }
    switch pace {
    case .closed(let limit):
      guard journal.outstandingCount + eventsPerRequest * copies <= limit else { return nil }
      return now
    case .open(let rate):
      let due = dueTime(rate)
      guard due <= now else { return nil }
      requests += 1
      return due
    }
  }

  /// When to look again although nothing happened on any socket; `nil` when only an answer can change anything.
  func nextTime(after now: UInt64) -> UInt64? {
    switch pace {
    case .closed: nil
    case .open(let rate): dueTime(rate)
    }
  }

  /// Whether no more events may be published.
  func isExhausted(_ journal: Journal) -> Bool {
    journal.publishedCount + eventsPerRequest > eventLimit || !journal.hasRoom(for: eventsPerRequest)
  }

  private func dueTime(_ eventsPerSecond: Double) -> UInt64 {
    start + (Double(requests * eventsPerRequest) / eventsPerSecond).nanoseconds
  }
}
