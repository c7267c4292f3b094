// The steps of a replay: counting what there is to do, then making it due.

import Synchronization
import TidehookCore

extension ReplayRunner {
  /// Counts a little more of what there is to do.
  func count(_ job: inout RunningReplay, _ now: Timestamp) async throws(StoreError) -> Progress {
    guard let counting = job.count else { return .wentOn }
    guard job.parts.indices.contains(counting.part) else {
      try await store.begin(job.id, total: counting.found, at: now)
      job.count = nil
      return .wentOn
    }
    var part = job.parts[counting.part].stored
    part.position = counting.position
    guard let webhook = webhook(part.webhook, for: job.request) else {
      job.countNextPart()
      return .wentOn
    }
    job.counted(try await store.search(part, of: job.request, for: webhook, upTo: job.end, limit: .max))
    return .wentOn
  }

  /// Makes a few deliveries of one part due, if the pace and one of the lanes allow it.
  func goOn(_ job: inout RunningReplay, _ now: Timestamp) async throws(StoreError) -> Progress {
    dropLostParts(&job)
    guard !job.parts.isEmpty else {
      _ = try await store.end(job.id, as: .done, at: now)
      noteBlockers([], of: job.id)
      return .ended
    }
    let mayGoOn = { [directory, engine] (id: WebhookID) in directory.webhook(id)?.isActive == true && engine.hasRoomForReplays(id) }
    guard job.hasPart(mayGoOn) else { return try await lookAhead(&job, now) }
    if let due = job.pace.wait(at: now) { return .waits(due) }
    guard let next = job.nextPart(mayGoOn), let webhook = webhook(job.parts[next].stored.webhook, for: job.request) else {
      return .waits(nil)
    }
    noteBlockers([], of: job.id)
    let found = try await store.search(
      job.parts[next].searchedOn, of: job.request, for: webhook, upTo: job.end, limit: job.pace.batch)
    guard !found.candidates.isEmpty || found.isAtEnd else {
      job.searched(next, to: found.position)
      return .wentOn
    }
    let step = try await advance(job, next, to: found, now)
    job.advanced(next, to: found)
    job.pace.spend(found.candidates.count, at: now)
    if step.created > 0 { engine.meter?.note(created: step.created, for: webhook.id, at: now) }
    if step.replayed + step.created > 0 { engine.noteReplays(webhook.id, due: now, ordered: step.ordered) }
    return .wentOn
  }

  /// Nothing can be made due now. A part of an inactive webhook that holds nothing keeps no replay from its end.
  private func lookAhead(_ job: inout RunningReplay, _ now: Timestamp) async throws(StoreError) -> Progress {
    let isInactive = { [directory] (id: WebhookID) in directory.webhook(id)?.isActive == false }
    guard let index = job.unknownPart(at: now, isInactive), let webhook = webhook(job.parts[index].stored.webhook, for: job.request) else {
      let inactive = job.parts.map(\.stored.webhook).filter(isInactive)
      noteBlockers(inactive.count == job.parts.count ? inactive : [], of: job.id)
      return .waits(job.nextLook(isInactive))
    }
    let found = try await store.search(job.parts[index].searchedOn, of: job.request, for: webhook, upTo: job.end, limit: 1)
    if !found.candidates.isEmpty {
      job.holds(index, at: now)
    } else if found.isAtEnd {
      _ = try await advance(job, index, to: found, now)
      job.advanced(index, to: found)
    } else {
      job.searched(index, to: found.position)
    }
    return .wentOn
  }

  private func advance(
    _ job: RunningReplay, _ part: Int, to found: ReplayFinding, _ now: Timestamp
  ) async throws(StoreError) -> ReplayStep {
    let stored = job.parts[part].stored
    let made = stored.kind == .missing ? found.candidates.map { _ in DeliveryID(ids.next()) } : []
    return try await store.advance(job.id, stored, to: found, runs: job.request.versions, ids: made, at: now)
  }

  /// Leaves out the parts of webhooks that were deleted, or that whoever asked may not use any more.
  private func dropLostParts(_ job: inout RunningReplay) {
    for index in job.parts.indices.reversed() where webhook(job.parts[index].stored.webhook, for: job.request) == nil {
      job.remove(index)
    }
  }

  private func webhook(_ id: WebhookID, for request: ReplayRequest) -> Webhook? {
    directory.webhook(id).flatMap { request.concerns($0) ? $0 : nil }
  }
}
