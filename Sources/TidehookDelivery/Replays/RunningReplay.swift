// A replay that is under way, as its runner holds it: which part goes next, and when. A pure value.

import TidehookCore

/// A running replay, with the parts that are left.
struct RunningReplay {
  /// A part, and how far it was searched: a search that finds nothing is not worth a write.
  struct Part {
    var stored: ReplayPart
    var searched: Int64
    /// Until when it counts as known that it holds something, as a search has shown while its webhook could not take it.
    var holdsUntil: Timestamp?

    init(_ part: ReplayPart) {
      stored = part
      searched = part.position
    }

    /// The part as it is searched on.
    var searchedOn: ReplayPart { ReplayPart(webhook: stored.webhook, kind: stored.kind, position: searched) }
  }

  /// What an inactive webhook holds may go without the job: it expires, is erased, or another job replays it. So it is looked for anew.
  static let holdingTime = Duration.seconds(600)

  let id: ReplayID
  let request: ReplayRequest
  private(set) var parts: [Part]
  var pace: ReplayPace
  /// Which part is counted next, and what was counted; `nil` when everything was.
  var count: (part: Int, position: Int64, found: Int)?
  /// The part that has its turn.
  private var turn = 0
  /// When it is looked at again after the store failed.
  var pausedUntil: Timestamp?

  init(_ replay: Replay, parts: [ReplayPart]) {
    id = replay.id
    request = replay.request
    self.parts = parts.map(Part.init)
    pace = ReplayPace(rate: replay.request.rate)
    count = replay.total == nil ? (0, parts.first?.position ?? 0, 0) : nil
  }

  /// The last key that it looks at: what is newer than the replay is no part of it.
  var end: Int64 { id.key }

  /// Whether a part may go on now.
  func hasPart(_ mayGoOn: (WebhookID) -> Bool) -> Bool { parts.contains { mayGoOn($0.stored.webhook) } }

  /// The next part that may go on, each in its turn; `nil` when none may now.
  mutating func nextPart(_ mayGoOn: (WebhookID) -> Bool) -> Int? {
    for offset in 0..<parts.count {
      let index = (turn + offset) % parts.count
      guard mayGoOn(parts[index].stored.webhook) else { continue }
      turn = index + 1
      return index
    }
    return nil
  }

  /// A part of an inactive webhook of which it is not known whether it holds anything at all.
  func unknownPart(at now: Timestamp, _ isInactive: (WebhookID) -> Bool) -> Int? {
    parts.firstIndex { part in part.holdsUntil.map { $0 <= now } ?? true && isInactive(part.stored.webhook) }
  }

  /// When a part of an inactive webhook is looked at anew; `nil` when there is none.
  func nextLook(_ isInactive: (WebhookID) -> Bool) -> Timestamp? {
    parts.filter { isInactive($0.stored.webhook) }.compactMap(\.holdsUntil).min()
  }

  /// Notes that a part was searched, and nothing is written yet.
  mutating func searched(_ index: Int, to position: Int64) { parts[index].searched = position }

  /// Notes that a part holds something that must wait.
  mutating func holds(_ index: Int, at now: Timestamp) { parts[index].holdsUntil = now + Self.holdingTime }

  /// Notes what was written about a part.
  mutating func advanced(_ index: Int, to finding: ReplayFinding) {
    guard finding.isAtEnd else {
      parts[index].stored.position = finding.position
      parts[index].searched = finding.position
      parts[index].holdsUntil = nil
      return
    }
    remove(index)
  }

  /// Leaves out a part that cannot go on any more.
  mutating func remove(_ index: Int) {
    parts.remove(at: index)
    if turn > index { turn -= 1 }
  }

  /// Notes what a search for counting found.
  mutating func counted(_ finding: ReplayFinding) {
    guard let known = count else { return }
    count = (known.part, finding.position, known.found + finding.candidates.count)
    if finding.isAtEnd { countNextPart() }
  }

  /// Goes on to count the next part.
  mutating func countNextPart() {
    guard let known = count else { return }
    let next = known.part + 1
    count = (next, parts.indices.contains(next) ? parts[next].stored.position : 0, known.found)
  }
}
