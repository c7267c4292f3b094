// One connection to a PostgreSQL database.

import Synchronization
import TidehookCore
import TidehookStorage

/// A place for one connection. Who has borrowed it from its pool is alone with it.
final class PostgresSession: Sendable {
  private struct State {
    var live: PostgresLink?
    var lastUse = ContinuousClock.now
  }

  private let url: DestinationURL
  private let target: PostgresTarget
  private let state = Mutex(State())

  init(url: DestinationURL, target: PostgresTarget) {
    self.url = url
    self.target = target
  }

  /// Whether there is a connection, as far as is known.
  var isConnected: Bool { state.withLock { $0.live != nil } }

  /// Connects to the first address that answers.
  func connect(to addresses: [IPAddress], by deadline: ContinuousClock.Instant) async throws(AttemptFailure) {
    let result = try await BlockingCall.run { [self] () -> Result<Void, AttemptFailure> in
      state.withLock { state in
        var failure = AttemptFailure(.connect, "no address to connect to")
        for (index, address) in addresses.enumerated() {
          // One address that swallows packets must not use up the time of the others.
          let end = ContinuousClock.now + (deadline - .now) / (addresses.count - index)
          do throws(PostgreSQLConnectFailure) {
            state.live = PostgresLink(
              try PostgreSQLConnection.connect(target, host: url.host, port: url.port, address: address, by: end))
            return .success(())
          } catch {
            failure = Self.failure(error)
            // A server that answered is the one that was meant.
            guard error.phase == .network || error.phase == .late else { return .failure(failure) }
          }
        }
        return .failure(failure)
      }
    }
    try result.get()
  }

  /// Carries out a batch.
  /// - Returns: `nil` when there is no connection, or it turned out to be closed: nothing is certain then, and all may be done again.
  func write(
    _ batch: RowBatch, of event: EventPosition, by deadline: ContinuousClock.Instant
  ) async throws(AttemptFailure) -> Result<RowReport, SQLFailure> {
    try await BlockingCall.run { [self] in
      state.withLock { state in
        guard let live = state.live else { return .failure(SQLFailure(.lost, "there is no connection")) }
        let result = Result { () throws(SQLFailure) in try live.write(batch, of: event, by: deadline) }
        state.lastUse = .now
        if live.connection.isLost || live.connection.isWorn { state.live = nil }
        return result
      }
    }
  }

  /// Whether nothing was done with it since then.
  func isIdle(since moment: ContinuousClock.Instant) -> Bool { state.withLock { $0.lastUse < moment } }

  /// The library's words may be the server's.
  private static func failure(_ failure: PostgreSQLConnectFailure) -> AttemptFailure {
    switch failure.phase {
    case .network, .late: AttemptFailure(.connect, failure.description, outline: "no connection to the database")
    case .tls: AttemptFailure(.tls, failure.description, outline: "no TLS connection to the database")
    case .server: AttemptFailure(.database, failure.description)
    }
  }
}

/// An open connection, and what was learned over it.
private final class PostgresLink {
  let connection: PostgreSQLConnection
  private var rows = PostgresRows()

  /// The parameter is a number of milliseconds. A transaction that nobody waits for any more must not hold rows.
  private static let limitTime = SQLStatement(
    "SELECT set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $1, true)")

  init(_ connection: PostgreSQLConnection) {
    self.connection = connection
  }

  func write(_ batch: RowBatch, of event: EventPosition, by deadline: ContinuousClock.Instant) throws(SQLFailure) -> RowReport {
    connection.deadline = deadline
    do throws(SQLFailure) {
      let time = SQLValue.text(String(max(1, (deadline - .now).microseconds / 1000)))
      return try RowWriter(connection: connection, dialect: rows).write(batch, of: event) { () throws(SQLFailure) in
        try connection.execute(Self.limitTime, [time])
      }
    } catch {
      rows = PostgresRows()
      throw error
    }
  }
}
