// Bounds how many deliveries to PostgreSQL are under way: each has a thread that waits for its server.

import Synchronization
import TidehookCore

/// Turns for deliveries, first come, first served. Those to SQLite files need none.
final class PostgresTurns: Sendable {
  private struct Server: Hashable {
    let host: String
    let port: Int
  }

  private struct Users {
    let pool: SessionPool<Turn>
    var count = 0
  }

  /// At one server, whatever its databases: one that hangs takes no more than this from the others.
  private static let atOneServer = 16
  /// In all; each is a thread, whose stack takes little memory until it is used.
  private static let inAll = 256

  private let all = SessionPool(size: PostgresTurns.inAll) { Turn() }
  private let servers = Mutex<[Server: Users]>([:])

  /// Waits for a turn at the server of the URL, and does something in it.
  /// - Throws: a failure when the task is cancelled while it waits, and what `body` throws.
  func take<Value>(at url: DestinationURL, _ body: () async throws(AttemptFailure) -> Value) async throws(AttemptFailure) -> Value {
    let server = Server(host: url.host, port: url.port)
    let pool = enter(server)
    defer { leave(server) }
    let turn = try await pool.borrow()
    defer { pool.giveBack(turn) }
    let one = try await all.borrow()
    defer { all.giveBack(one) }
    return try await body()
  }

  private func enter(_ server: Server) -> SessionPool<Turn> {
    servers.withLock { servers in
      var users = servers[server] ?? Users(pool: SessionPool(size: Self.atOneServer) { Turn() })
      users.count += 1
      servers[server] = users
      return users.pool
    }
  }

  private func leave(_ server: Server) {
    servers.withLock { servers in
      servers[server]?.count -= 1
      if servers[server]?.count == 0 { servers[server] = nil }
    }
  }
}
