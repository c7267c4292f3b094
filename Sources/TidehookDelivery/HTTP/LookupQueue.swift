// Which host name is looked up next, as a pure value: who waits for which name, and what the last lookup of a name was like.

import DequeModule
package import NIOCore
package import TidehookCore

/// Hands out the threads that look names up, so that names whose servers never answer cannot take them all.
///
/// A name that was resolved quickly the last time may have any thread, one that was slow at most a quarter of them, and
/// one that nobody has asked for yet leaves a quarter free. A name that nobody waits for any longer is not looked up.
package struct LookupQueue<Waiter> {
  /// What the last lookup of a name tells about the next one, from the worst to the best.
  private enum Standing: Int, CaseIterable {
    case slow, unknown, quick
  }

  private struct Lookup {
    let standing: Standing
    var waiters: [Int: Waiter]
    /// When it began; `nil` while it waits for a thread.
    var began: NIODeadline?
  }

  private struct Past {
    var standing: Standing
    var failure: AttemptFailure?
    var ended: NIODeadline
  }

  /// From here on a lookup counts as slow: a name server that is up answers well within it.
  private static var slowAfter: TimeAmount { .seconds(1) }
  /// How long a failure is told again without asking: short, so that a name that was just entered works soon.
  private static var failureLasts: TimeAmount { .seconds(5) }
  /// How many names are remembered; then all are forgotten, which costs nothing but their standing.
  private static var mostRemembered: Int { 8192 }

  /// How many lookups of a standing, and of worse ones, may be under way, by standing.
  private let shares: [Int]
  private let maxQueued: Int
  private var lookups: [String: Lookup] = [:]
  private var queues: [Deque<String>]
  private var running: [Int]
  private var past: [String: Past] = [:]

  /// Makes an empty queue.
  ///
  /// - Parameter maxQueued: How many names of one standing may wait for a thread.
  package init(threads: Int, maxQueued: Int) {
    shares = [max(1, threads / 4), max(1, threads * 3 / 4), threads]
    self.maxQueued = maxQueued
    queues = Standing.allCases.map { _ in [] }
    running = Standing.allCases.map { _ in 0 }
  }

  /// Takes in someone who waits for a name, unless it returns why not.
  package mutating func add(_ waiter: Waiter, id: Int, for host: String, at now: NIODeadline) -> AttemptFailure? {
    if lookups[host] != nil {
      lookups[host]?.waiters[id] = waiter
      return nil
    }
    let last = past[host]
    if let last, let failure = last.failure, now - last.ended < Self.failureLasts { return failure }
    let standing = last?.standing ?? .unknown
    guard queues[standing.rawValue].count < maxQueued else { return AttemptFailure(.dns, "too many names are being resolved") }
    queues[standing.rawValue].append(host)
    lookups[host] = Lookup(standing: standing, waiters: [id: waiter])
    return nil
  }

  /// Takes out someone who does not wait any longer; `nil` when they were answered already.
  package mutating func remove(id: Int, for host: String) -> Waiter? {
    guard var lookup = lookups[host], let waiter = lookup.waiters.removeValue(forKey: id) else { return nil }
    if lookup.waiters.isEmpty, lookup.began == nil {
      lookups[host] = nil
      queues[lookup.standing.rawValue].removeAll { $0 == host }
    } else {
      lookups[host] = lookup
    }
    return waiter
  }

  /// The name to look up now, which has a thread from now on; `nil` when there is none, or no thread for it.
  package mutating func next(at now: NIODeadline) -> String? {
    for standing in Standing.allCases.reversed() where running[...standing.rawValue].reduce(0, +) < shares[standing.rawValue] {
      guard running.reduce(0, +) < shares[Standing.quick.rawValue], let host = queues[standing.rawValue].popFirst() else { continue }
      running[standing.rawValue] += 1
      lookups[host]?.began = now
      return host
    }
    return nil
  }

  /// A lookup has ended: returns those who get its result.
  package mutating func finished(_ host: String, failure: AttemptFailure?, at now: NIODeadline) -> [Waiter] {
    guard let lookup = lookups.removeValue(forKey: host), let began = lookup.began else { return [] }
    running[lookup.standing.rawValue] -= 1
    if past.count >= Self.mostRemembered { past = [:] }
    past[host] = Past(standing: now - began < Self.slowAfter ? .quick : .slow, failure: failure, ended: now)
    return Array(lookup.waiters.values)
  }

  /// Forgets the names that have no thread yet; returns those who waited for them.
  package mutating func close() -> [Waiter] {
    let queued = queues.flatMap { $0 }
    for index in queues.indices { queues[index] = [] }
    return queued.flatMap { lookups.removeValue(forKey: $0)?.waiters.values.map { $0 } ?? [] }
  }
}
