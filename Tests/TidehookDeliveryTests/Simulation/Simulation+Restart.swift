import TidehookCore
import TidehookDelivery
import TidehookStorage

extension Simulation {
  /// Ends the process as if it were killed, or after it let go of what waits, and begins another.
  mutating func restart() async throws {
    if dice.chance(0.5) {
      let waiting = schedule.drain().flatMap(\.memberIDs)
      try await store.release(waiting)
      ledger.release(waiting)
      try ledger.checkThatNothingWaits()
    }
    ledger.restart(webhooks, at: now)
    forgetExchanges()
    try await store.close()
    store = try folder.open(clock, ids)
    let turns = try folder.mostTurns()
    guard turns <= 1 else { throw Violation("\(turns) have the turn of one order after a restart") }
    schedule = Schedule(limits: Self.limits)
    collector = Collector(store: store, runner: runner)
    for id in webhooks.keys.sorted() { if let webhook = webhooks[id] { try await apply(webhook) } }
    try await load()
    for id in webhooks.keys.sorted() { try await settle(id) }
    for id in try await store.unsettledDeletions() { try await settle(id) }
  }

  /// What the engine does first.
  private mutating func load() async throws {
    let backlog = try await store.backlog()
    let replays = try await store.replayBacklog()
    for webhook in try await collector.load() { schedule.noteBacklog(webhook, due: now) }
    for pause in try await store.askedPauses(of: Array(Set(backlog.keys).union(replays.keys)), after: now) {
      if let end = webhooks[pause.webhook]?.end(of: pause, at: now) { schedule.resumeBackoff(pause.webhook, until: end) }
    }
    for (webhook, due) in backlog { schedule.noteBacklog(webhook, due: due) }
    for (webhook, due) in replays { schedule.noteReplays(webhook, due: due) }
  }
}
