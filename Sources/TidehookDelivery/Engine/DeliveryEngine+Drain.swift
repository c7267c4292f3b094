// Stops an engine: nothing new starts, what is under way ends and is written.

import Logging
import Synchronization
import TidehookCore

extension DeliveryEngine {
  /// How long a cancelled exchange and the writing of outcomes may take once the time is up.
  private static let grace = Duration.seconds(2)

  /// Starts nothing more, lets go of what waits, and returns once everything under way has ended and is written.
  /// - Parameters:
  ///   - limit: how long to wait for what is under way, and for the store to take back what waits.
  ///   - cancel: ends every exchange under way; called when the time is up. Such deliveries count as not attempted.
  public func drain(within limit: Duration, cancel: @escaping @Sendable () async -> Void) async {
    let deadline = time.now() + limit
    let alarm = Task { [time] in
      guard (try? await time.sleep(until: deadline)) != nil else { return }
      await cancel()
      // Nothing that is left can be waited for: a script ends within its limits, a store that does not write may never do.
      guard (try? await time.sleep(until: deadline + Self.grace)) != nil else { return }
      self.resumeDrain()
    }
    await withCheckedContinuation { continuation in
      drained.withLock { $0 = continuation }
      let waiting = schedule.withLock { $0.drain() }
      // Beside this: a store that does not write holds up nobody for longer than the time that there is.
      Task {
        await release(waiting)
        if schedule.withLock({ $0.finishRelease() }) { resumeDrain() }
      }
    }
    alarm.cancel()
    wakeUps.continuation.finish()
    noticeChannel.continuation.finish()
    replayRoom.continuation.finish()
  }

  /// Lets go of deliveries, so that they are claimed again, here or after the next start.
  func release(_ deliveries: [DueDelivery]) async {
    guard !deliveries.isEmpty else { return }
    var left = deliveries[...]
    do {
      try await releaseInParts(&left)
    } catch {
      logger.warning("deliveries not released", metadata: ["count": "\(left.reduce(0) { $0 + $1.memberIDs.count })", "error": "\(error)"])
    }
    let now = time.now()
    schedule.withLock { schedule in
      for delivery in deliveries {
        if delivery.trigger == .manual && !delivery.isOrdered {
          schedule.noteReplays(delivery.webhook, due: now)
        } else {
          schedule.noteBacklog(delivery.webhook, due: now)
        }
      }
    }
  }

  /// Gives back what waited in the memory of a lane whose webhook takes nothing now, so that it is moved with what waits in the store.
  func giveBack(_ deliveries: [DueDelivery], of webhook: WebhookID) {
    guard !deliveries.isEmpty else { return }
    Task {
      var left = deliveries[...]
      while !left.isEmpty {
        do throws(StoreError) {
          try await releaseInParts(&left)
        } catch {
          guard error.code != .closed else { return }
          trouble.report("deliveries not released", error, at: time.now(), logger)
          guard (try? await time.sleep(until: time.now() + Self.storeRetryDelay)) != nil else { return }
        }
      }
      _ = givenBack.withLock { $0.insert(webhook) }
      notify(.unsettled(webhook))
      wake()
    }
  }

  /// Has the store take deliveries back, a part in each write, so that outcomes and events need not wait for all of them.
  ///
  /// What is released may be claimed again at once, so a batch is released whole, and nothing is released twice.
  /// - Parameter left: those that are not released yet.
  private func releaseInParts(_ left: inout ArraySlice<DueDelivery>) async throws(StoreError) {
    while !left.isEmpty {
      var ids: [DeliveryID] = []
      let rest = left.drop { delivery in
        let members = delivery.memberIDs
        guard ids.isEmpty || ids.count + members.count <= LaneLimits.claimed else { return false }
        ids += members
        return true
      }
      try await queue.release(ids)
      left = rest
    }
  }

  /// Gives back what waits in a lane's memory, and claims it anew: something of it was cancelled.
  func reclaim(_ webhook: WebhookID) {
    giveBack(schedule.withLock { $0.evict(webhook) }, of: webhook)
    noteBacklog(webhook, due: time.now())
  }

  /// Whether a lane gave something back since the last call: the store may have something that is due and nobody holds.
  func takeGivenBack(_ webhook: WebhookID) -> Bool { givenBack.withLock { $0.remove(webhook) != nil } }

  func resumeDrain() {
    let continuation = drained.withLock { waiting in
      defer { waiting = nil }
      return waiting
    }
    continuation?.resume()
  }
}
