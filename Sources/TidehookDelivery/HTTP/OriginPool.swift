// The connections to one origin as a pure value: which request gets which connection, which one waits, what is kept.

import NIOCore

/// Hands out the connections to one origin: the last one used first, so that those not needed grow old and are closed.
package struct OriginPool<Connection: Equatable, Waiter: Equatable> {
  /// What becomes of a new request.
  package enum Start: Equatable {
    /// Send it on this idle connection.
    case use(Connection)
    /// Open a connection for it; the pool counts it from now on.
    case connect
    /// It was put in the queue.
    case wait
  }

  /// What becomes of a connection whose exchange is over.
  package enum Next: Equatable {
    /// Send the request that has waited longest.
    case serve(Waiter)
    /// It was parked.
    case park
    /// Close it; the pool has forgotten it.
    case close
  }

  private let maxConnections: Int
  private let maxIdle: Int
  private var connections = 0
  private var waiting = CircularBuffer<Waiter>()
  /// The idle connections, the one that was used last at the end.
  package private(set) var idle: [Connection] = []

  /// Makes an empty pool.
  package init(maxConnections: Int, maxIdle: Int) {
    self.maxConnections = maxConnections
    self.maxIdle = maxIdle
  }

  /// Whether nothing is open and nobody waits, so that the pool can be dropped.
  package var isEmpty: Bool { connections == 0 && waiting.isEmpty }

  /// Takes in a request.
  package mutating func start(_ waiter: Waiter) -> Start {
    if let connection = idle.popLast() { return .use(connection) }
    if connections < maxConnections {
      connections += 1
      return .connect
    }
    waiting.append(waiter)
    return .wait
  }

  /// Takes back a connection that can be used again.
  package mutating func finished(_ connection: Connection, mayPark: Bool = true) -> Next {
    if let waiter = waiting.popFirst() { return .serve(waiter) }
    if mayPark, idle.count < maxIdle {
      idle.append(connection)
      return .park
    }
    connections -= 1
    return .close
  }

  /// A connection is gone, or could not be opened.
  ///
  /// - Returns: The request to open a connection for in its place, which the pool counts already.
  package mutating func lost() -> Waiter? {
    if let waiter = waiting.popFirst() { return waiter }
    connections -= 1
    return nil
  }

  /// An idle connection is gone, or is about to be closed; `false` when it was not idle.
  package mutating func removeIdle(_ connection: Connection) -> Bool {
    guard let index = idle.lastIndex(of: connection) else { return false }
    idle.remove(at: index)
    connections -= 1
    return true
  }

  /// A request does not wait any longer.
  package mutating func removeWaiting(_ waiter: Waiter) {
    waiting.removeAll { $0 == waiter }
  }
}
