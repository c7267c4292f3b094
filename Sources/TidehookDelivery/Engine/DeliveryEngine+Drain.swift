// Stops an engine: nothing new starts, what is under way ends and is written.

import Logging
import Synchronization
import TidehookCore

extension DeliveryEngine {
  /// How long a cancelled exchange and the writing of outcomes may take once the time is up.
  private static let grace = Duration.seconds(2)
  /// How many deliveries are let go of in one write, so that outcomes and events need not wait for all of them.
  private static let releasedAtOnce = 1000

  /// Starts nothing more, lets go of what waits, and returns once everything under way has ended and is written.
  /// - Parameters:
  ///   - limit: how long to wait for what is under way.
  ///   - cancel: ends every exchange under way; called when the time is up. Such deliveries count as not attempted.
  public func drain(within limit: Duration, cancel: @escaping @Sendable () async -> Void) async {
    let deadline = time.now() + limit
    await release(schedule.withLock { $0.drain() })
    let alarm = Task { [time] in
      guard (try? await time.sleep(until: deadline)) != nil else { return }
      await cancel()
      // Nothing that is left can be waited for: a script ends within its limits, a store that does not write may never do.
      guard (try? await time.sleep(until: deadline + Self.grace)) != nil else { return }
      self.resumeDrain()
    }
    await withCheckedContinuation { continuation in
      drained.withLock { $0 = continuation }
      if schedule.withLock({ $0.isIdle }) { resumeDrain() }
    }
    alarm.cancel()
    wakeUps.continuation.finish()
    noticeChannel.continuation.finish()
    replayRoom.continuation.finish()
  }

  /// Lets go of deliveries, so that they are claimed again, here or after the next start.
  func release(_ deliveries: [DueDelivery]) async {
    guard !deliveries.isEmpty else { return }
    var left = deliveries.flatMap(\.memberIDs)[...]
    do {
      while !left.isEmpty {
        try await queue.release(Array(left.prefix(Self.releasedAtOnce)))
        left = left.dropFirst(Self.releasedAtOnce)
      }
    } catch {
      logger.warning("deliveries not released", metadata: ["count": "\(left.count)", "error": "\(error)"])
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
      var left = deliveries.flatMap(\.memberIDs)[...]
      while !left.isEmpty {
        do throws(StoreError) {
          try await queue.release(Array(left.prefix(Self.releasedAtOnce)))
          // What is released may be claimed again: nothing is released twice.
          left = left.dropFirst(Self.releasedAtOnce)
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
