// A folder with a SQLite file, the client that writes to it, and a look into it.

import Foundation
import Testing
import TidehookCore
import TidehookDatabases
import TidehookStorage

/// What one delivery came to.
enum Outcome: Equatable {
  case done(upserted: Int, deleted: Int, ignored: Int)
  case failed(FailureKind, String)
  case cancelled
}

/// A client on a fresh folder; the folder goes with it.
final class SQLiteFixture: Sendable {
  let folder: String
  let client: DatabaseClient

  init(table: String? = "CREATE TABLE memories (memory_id text PRIMARY KEY, content text NOT NULL, tags text, n integer)") throws {
    folder = NSTemporaryDirectory() + "tidehook-databases-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    client = DatabaseClient(folder: DatabaseFolder(path: folder, ownDatabase: folder + "/own.db")) { (_) throws(AttemptFailure) in
      throw AttemptFailure(.dns, "nothing resolves here")
    }
    if let table { try run(table) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ file: String = "mem.db") -> String { folder + "/" + file }

  func run(_ sql: String) throws {
    try SQLiteFile.withConnection(path: path(), busyTimeout: .seconds(5)) { (connection) throws(SQLFailure) in
      _ = try connection.execute(SQLStatement(once: sql), [])
    }
  }

  /// The rows of a query with one text column.
  func rows(_ sql: String) throws -> [String] {
    try SQLiteFile.withConnection(path: path(), busyTimeout: .seconds(5)) { (connection) throws(SQLFailure) in
      try connection.all(SQLStatement(once: sql), []) { $0.isNull(0) ? "NULL" : $0.text(0) }
    }
  }

  func request(
    _ body: String, at time: Int64 = 1, key: Int64 = 1, isReplayed: Bool = false, file: String = "mem.db", timeout: Duration = .seconds(10)
  ) throws -> SignedRequest {
    let event = EventPosition(
      time: Timestamp(microseconds: time), key: TimeOrderedID(key: key, entropy: 0), isReplayed: isReplayed)
    return SignedRequest(
      url: try DestinationURL(parsing: "sqlite:\(file)", allowing: .all), headers: [], body: Array(body.utf8), timeout: timeout,
      event: event)
  }

  func send(
    _ body: String, at time: Int64 = 1, key: Int64 = 1, isReplayed: Bool = false, file: String = "mem.db", timeout: Duration = .seconds(10)
  ) async throws -> Outcome {
    Outcome(await client.send(try request(body, at: time, key: key, isReplayed: isReplayed, file: file, timeout: timeout)))
  }
}

extension Outcome {
  init(_ exchange: Exchange) {
    guard !exchange.isCancelled else {
      self = .cancelled
      return
    }
    switch exchange.result {
    case .failure(let failure): self = .failed(failure.kind, failure.message)
    case .success(let response):
      let body = try? JSONValue(parsing: response.body)
      let count = { (name: String) in body?[name]?.integerValue.map(Int.init) ?? -1 }
      self = .done(upserted: count("upserted"), deleted: count("deleted"), ignored: count("ignored"))
    }
  }

  func isFailure(_ kind: FailureKind, containing text: String) -> Bool {
    if case .failed(let found, let message) = self { found == kind && message.contains(text) } else { false }
  }
}

/// The body that upserts a memory.
func memory(_ id: String = "m1", content: String = "x") -> String {
  let values: JSONValue = ["table": "memories", "key": ["memory_id": .string(id)], "values": ["content": .string(content)]]
  return String(decoding: values.bytes, as: UTF8.self)
}

/// The body that deletes one.
func deleted(_ id: String = "m1") -> String { #"{"table":"memories","key":{"memory_id":"\#(id)"},"delete":true}"# }
