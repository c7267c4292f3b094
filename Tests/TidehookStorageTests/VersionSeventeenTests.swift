// What sources received before it was noted what repeats repeat: an erasure finds all of it, in few transactions, and nothing else.

import Glibc
import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct VersionSeventeenTests {
  private let fixture = StoreFixture()
  private let samples = StoreSamples()
  private let now = Timestamp(microseconds: 1_775_000_000_000_000)
  private let source: Source

  init() { source = samples.source() }

  /// A request as version 17 stored it.
  private struct OldRequest {
    let id: InboundRequestID
    /// Of which events, with the sender's id that was remembered of it.
    let events: [EventID]
    var dedupe: String?
    /// 0 is accepted, 2 a duplicate.
    var state: Int64 = 0
    /// Whether it was forgotten since.
    var isGone = false
  }

  private func request(_ events: [EventID] = [], dedupe: String? = nil, state: Int64 = 0, isGone: Bool = false) -> OldRequest {
    OldRequest(id: InboundRequestID(samples.ids.next()), events: events, dedupe: dedupe, state: state, isGone: isGone)
  }

  private static let insertEvent = SQLStatement(
    """
    INSERT INTO events (key, entropy, id, type, namespace, timestamp_us, accepted_at_us, payload)
    VALUES ($1, $2, $3, 'a', 'default', 1000000, 1000000, CAST('{}' AS BLOB))
    """)
  private static let insertRequest = SQLStatement(
    """
    INSERT INTO source_requests (
      key, entropy, source_key, revision, state, received_at_us, scheme, status, event_count, kept_bytes, body_bytes, method, url, path,
      query, headers, answer, log, events, body)
    VALUES ($1, $2, $3, 1, $4, 1000000, 'none', 202, $5, 100, 4, 'POST', 'https://example.com/in?a=1', '/in', 'a=1',
      'X-One: 1' || char(10), CAST('202' || char(10) AS BLOB), 'a line', $6, CAST('said' AS BLOB))
    """)
  private static let insertCount = SQLStatement(
    """
    INSERT INTO source_counts (source_key, state, requests, bytes)
    SELECT source_key, state, COUNT(*), SUM(kept_bytes) FROM source_requests GROUP BY source_key, state
    """)
  private static let insertRemembered = SQLStatement(
    """
    INSERT INTO source_dedupe (source_key, id, request_key, request_entropy, until_us, answer)
    VALUES ($1, $2, $3, $4, \(Int64.max), CAST('202' || char(10) || 'text/plain' || char(10) || char(10) || 'told' AS BLOB))
    """)

  /// Opens a database of version 17 that holds events and requests with this release.
  private func migrated(_ events: [EventID], _ requests: [OldRequest], _ faults: Faults = Faults()) throws -> SQLStore {
    _ = mkdir(fixture.folder, 0o700)
    let database = try SQLiteDatabase(path: fixture.folder + "/tidehook.db", durability: .normal)
    try database.withWriter { connection in
      try Migrator(Array(Migration.all.prefix(17))).migrate(connection, dialect: database.dialect, at: now)
      try connection.begin()
      for event in events {
        let key = samples.ids.next()
        try connection.execute(Self.insertEvent, [.integer(key.key), .integer(0), .text(event.rawValue)])
      }
      for request in requests { try insert(request, connection) }
      try connection.execute(Self.insertCount, [])
      try connection.commit()
    }
    try database.close()
    return try fixture.open(faults)
  }

  private func insert(_ request: OldRequest, _ connection: any SQLConnection) throws {
    let (key, entropy) = (SQLValue.integer(request.id.value.key), SQLValue.integer(Int64(bitPattern: request.id.value.entropy)))
    let events = request.events.map(\.rawValue).joined(separator: " ")
    if !request.isGone {
      try connection.execute(
        Self.insertRequest,
        [key, entropy, .integer(source.id.value.key), .integer(request.state), .integer(Int64(request.events.count)), .text(events)])
    }
    guard let dedupe = request.dedupe else { return }
    try connection.execute(Self.insertRemembered, [.integer(source.id.value.key), .text(dedupe), key, entropy])
  }

  /// Whether what a request said is erased.
  private func isErased(_ request: OldRequest, _ store: SQLStore) async throws -> Bool {
    let receipt = try #require(try await store.receipt(request.id, of: source.id))
    #expect(receipt.request.body.isEmpty == (receipt.erasedAt != nil) && receipt.request.headers.isEmpty == receipt.request.body.isEmpty)
    return receipt.erasedAt != nil
  }

  /// What the next request with a sender's id would be told, beside the status.
  private func told(_ id: String, _ store: SQLStore) async throws -> String {
    let earlier = try #require(try await store.earlier(id, at: source.id, now: now))
    #expect(earlier.answer.status == 202)
    return String(decoding: earlier.answer.body, as: UTF8.self)
  }

  @Test func anErasureTakesWhatMayRepeatItAndNothingThatCannot() async throws {
    let (one, other) = (EventID(samples.ids.next()), EventID(samples.ids.next()))
    let first = request([one], dedupe: "id 1")
    let repeated = request(state: 2)
    let gone = request([one], dedupe: "id 2", isGone: true)
    let repeatOfGone = request(state: 2)
    let foreign = request([other], dedupe: "id 3")
    // All of its events came before: it names them.
    let sameEvents = request([one], state: 2)
    let store = try migrated([one, other], [first, repeated, gone, repeatOfGone, foreign, sameEvents])
    for request in [first, repeated, repeatOfGone, foreign, sameEvents] { #expect(try await !isErased(request, store)) }
    for id in ["id 1", "id 2", "id 3"] { #expect(try await told(id, store) == "told") }

    #expect(try await store.eraseContent(of: other, at: now) != nil)
    // It was not noted what repeats repeat: each may be one of what is erased.
    for request in [repeated, repeatOfGone, foreign] { #expect(try await isErased(request, store)) }
    for request in [first, sameEvents] { #expect(try await !isErased(request, store)) }
    #expect(try await told("id 1", store) == "told")
    for id in ["id 2", "id 3"] { #expect(try await told(id, store) == "") }

    #expect(try await store.eraseContent(of: one, at: now) != nil)
    for request in [first, sameEvents] { #expect(try await isErased(request, store)) }
    #expect(try await told("id 1", store) == "")
    try await store.close()
    #expect(try keptBytes() == 0)
  }

  @Test func theEventItselfTakesItsRequestsToo() async throws {
    let one = EventID(samples.ids.next())
    let requests = [request([one], dedupe: "id 1"), request(state: 2), request([EventID(samples.ids.next())], dedupe: "id 2")]
    let store = try migrated([one], requests)
    #expect(try await store.eraseContent(of: one, at: now) != nil)
    for (request, expected) in zip(requests, [true, true, false]) { #expect(try await isErased(request, store) == expected) }
    #expect(try await told("id 1", store) == "")
    #expect(try await told("id 2", store) == "told")
    try await store.close()
  }

  @Test func theFirstErasureAfterwardsTakesFewTransactionsHoweverMuchThereIs() async throws {
    let event = EventID(samples.ids.next())
    let repeats = (0..<40).map { _ in request(state: 2) }
    let gone = (0..<300).map { request([event], dedupe: "id \($0)", isGone: true) }
    let faults = Faults()
    let store = try migrated([event], repeats + gone, faults)
    _ = try await store.eraseContent(of: event, at: now)
    for request in repeats { #expect(try await isErased(request, store)) }
    for number in [0, 150, 299] { #expect(try await told("id \(number)", store) == "") }
    // The event, its attempts, eight requests at a time, and two hundred answers.
    #expect(faults.statements.count { $0 == "PRAGMA secure_delete = ON" } <= 2 + 5 + 2)
    let earlier = faults.calls.count
    _ = try await store.eraseContent(of: event, at: now)
    #expect(!faults.calls.dropFirst(earlier).contains { $0.statement.contains("UPDATE source_") }, "once is enough")
    try await store.close()
  }

  private func keptBytes() throws -> Int64? {
    let database = try SQLiteDatabase(path: fixture.folder + "/tidehook.db", durability: .normal)
    defer { try? database.close() }
    return try database.withWriter { try $0.first(SQLStatement("SELECT SUM(bytes) FROM source_counts"), []) { $0.integer(0) } }
  }
}
