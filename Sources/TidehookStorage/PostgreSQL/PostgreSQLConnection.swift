// PostgreSQL's half of the driver seam, on libpq. Every wait has an end: libpq's own blocking calls are not used.

import CPostgreSQL
import Glibc
import TidehookCore

/// One connection, for one thread at a time. A failure that lost it is final: ``isLost``.
package final class PostgreSQLConnection: SQLConnection {
  private let handle: OpaquePointer
  private let text: PostgreSQLText

  /// When whatever is under way fails; set it before each use.
  package var deadline: ContinuousClock.Instant

  /// Whether the connection cannot be used any more.
  package private(set) var isLost = false

  /// The most that a server may answer to one statement, or while a connection is made, in bytes as they come over the network. Our statements
  /// answer with a few rows at most; libpq would gather whatever comes.
  static let answerBytes: UInt64 = 1 << 20
  /// The most that may come over one connection. libpq keeps some of it (parameters, notifications) until the connection ends.
  private static let lifetimeBytes: UInt64 = 16 << 20

  /// What had come over the connection when the last statement was sent, in bytes.
  private var receivedBefore: UInt64 = 0

  /// Whether so much has come over the connection that another is to take its place.
  package var isWorn: Bool { receivedBytes(PQsocket(handle)) > Self.lifetimeBytes / 2 }

  private static let beginStatement = SQLStatement("BEGIN")
  private static let commitStatement = SQLStatement("COMMIT")
  private static let rollbackStatement = SQLStatement("ROLLBACK")

  /// Takes over a connection that is open.
  init(open handle: OpaquePointer, text: PostgreSQLText, deadline: ContinuousClock.Instant) {
    self.handle = handle
    self.text = text
    self.deadline = deadline
    PQsetnonblocking(handle, 1)
    narrow(PQsocket(handle))
  }

  deinit { PQfinish(handle) }

  @discardableResult
  package func execute(_ statement: SQLStatement, _ arguments: [SQLValue]) throws(SQLFailure) -> Int {
    try run(statement, arguments).affectedRows
  }

  package func query(_ statement: SQLStatement, _ arguments: [SQLValue], _ row: (any SQLRow) -> Bool) throws(SQLFailure) {
    let result = try run(statement, arguments)
    for index in 0..<result.count {
      guard row(PostgreSQLRow(result: result, index: index)) else { return }
    }
  }

  package func begin() throws(SQLFailure) { try execute(Self.beginStatement, []) }

  /// A transaction that has failed is rolled back by `COMMIT` without an error; its answer tells.
  package func commit() throws(SQLFailure) {
    let answer = try run(Self.commitStatement, []).command
    guard answer == "COMMIT" else { throw SQLFailure(.other, "the transaction was not committed: \(answer)") }
  }

  package func rollback() {
    guard !isLost, PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
    do throws(SQLFailure) { try execute(Self.rollbackStatement, []) } catch { isLost = true }
  }

  private func run(_ statement: SQLStatement, _ arguments: [SQLValue]) throws(SQLFailure) -> PostgreSQLResult {
    guard !isLost else { throw SQLFailure(.lost, "the connection is closed") }
    let parameters = try PostgreSQLParameters(arguments)
    receivedBefore = receivedBytes(PQsocket(handle))
    guard parameters.send(statement.text, on: handle) else { throw lost() }
    try flush()
    var outcome: PostgreSQLResult?
    while let result = try next() {
      guard !result.isCopy else {
        // libpq would return the same again and again.
        isLost = true
        throw SQLFailure(.other, "the server wants to copy data, which nobody asked for")
      }
      if outcome?.failure == nil { outcome = result }
    }
    guard let outcome else { throw lost() }
    guard let failure = outcome.failure else { return outcome }
    if failure.kind == .lost || PQstatus(handle) != CONNECTION_OK { isLost = true }
    throw failure
  }

  private func flush() throws(SQLFailure) {
    while true {
      let left = PQflush(handle)
      guard left != 0 else { return }
      guard left > 0 else { throw lost() }
      // The server may be waiting for us to read before it reads on.
      try wait(for: POLLIN | POLLOUT)
      try consume()
    }
  }

  /// The next result; `nil` when the statement has no more.
  private func next() throws(SQLFailure) -> PostgreSQLResult? {
    while PQisBusy(handle) == 1 {
      try wait(for: POLLIN)
      try consume()
    }
    return PQgetResult(handle).map { PostgreSQLResult($0, words: text) }
  }

  /// Reads what has come, unless that is more than anybody asked for. Each call reads until nothing is there, at most what libpq has room for.
  private func consume() throws(SQLFailure) {
    let received = receivedBytes(PQsocket(handle))
    guard received <= min(receivedBefore + Self.answerBytes, Self.lifetimeBytes) else {
      isLost = true
      throw SQLFailure(.other, "the server answered with more than \(Self.answerBytes >> 20) MiB")
    }
    guard PQconsumeInput(handle) == 1 else { throw lost() }
  }

  private func wait(for events: Int32) throws(SQLFailure) {
    guard waitForSocket(PQsocket(handle), events, until: deadline) else {
      // The answer may come when nobody expects it any more.
      isLost = true
      throw SQLFailure(.late, "the database did not answer in time")
    }
  }

  private func lost() -> SQLFailure {
    isLost = true
    return SQLFailure(.lost, text.oneLine(PQerrorMessage(handle)))
  }
}

/// Waits until a socket can be read or written.
/// - Returns: false when the time is up.
func waitForSocket(_ socket: Int32, _ events: Int32, until deadline: ContinuousClock.Instant) -> Bool {
  var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
  while true {
    let left = (deadline - .now).microseconds
    guard left > 0 else { return false }
    // Rounded up, so that the last millisecond is not spent in a busy loop.
    let count = poll(&descriptor, 1, Int32(min(left / 1000 + 1, 60_000)))
    guard count == 0 || (count < 0 && errno == EINTR) else { return true }
  }
}

/// Has the system take in little of a connection before it is read.
///
/// For a message that is announced as a long one libpq makes room at once, and one call of it reads on as long as something is there: that
/// ends soon where a server that sends more than anybody asked for cannot keep the socket full.
private func narrow(_ socket: Int32) {
  var bytes: Int32 = 64 * 1024
  _ = setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
}

/// How much has come over a TCP connection so far, in bytes, be it read or not; zero when the system does not say.
///
/// Source: `struct tcp_info` of linux/tcp.h, `tcpi_bytes_received`, since Linux 4.1; glibc's own declaration ends before it.
func receivedBytes(_ socket: Int32) -> UInt64 {
  let offset = 128
  var info = [UInt8](repeating: 0, count: offset + MemoryLayout<UInt64>.size)
  var length = socklen_t(info.count)
  guard getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0, Int(length) == info.count else { return 0 }
  return info.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
}
