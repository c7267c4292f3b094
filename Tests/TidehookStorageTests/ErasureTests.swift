// What is erased is not in the files any more, byte for byte.

import Glibc
import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct ErasureTests {
  private let fixture = StoreFixture()
  private let samples = StoreSamples()

  /// A mark for each place that content comes to.
  private static let marks = ["PAYLOAD", "SENT", "HEADER", "ANSWER", "LOGGED", "FAILED", "RECEIVED", "QUERY"].map { "\($0)-3f1c" }

  private func files(contain mark: String) throws -> Bool {
    try ["tidehook.db", "tidehook.db-wal"].contains { try text(of: "\(fixture.folder)/\($0)").contains(mark) }
  }

  /// A file with a full stop for each byte that is no ASCII.
  private func text(of path: String) throws -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes.map { $0 < 0x80 ? $0 : 0x2E }, as: UTF8.self)
  }

  private func attempt(_ filler: String) -> Attempt {
    var attempt = samples.attempt(status: 500, body: Array("ANSWER-3f1c\(filler)".utf8))
    attempt.request = SentRequest(
      method: "POST", url: "https://example.com/?QUERY-3f1c", headers: [HeaderField("X", "HEADER-3f1c")],
      body: Array("SENT-3f1c\(filler)".utf8))
    attempt.failure = AttemptFailure(.script, "FAILED-3f1c")
    attempt.log = "LOGGED-3f1c"
    return attempt
  }

  @Test(arguments: [0, 9000]) func nothingOfItIsLeftInTheFiles(fill: Int) async throws {
    let filler = String(repeating: "x", count: fill)
    let store = try fixture.open()
    let webhook = try samples.webhook()
    try await store.insert(webhook)
    let source = samples.source()
    try await store.insert(source, by: "admin")
    var erased: [EventID] = []
    for _ in 0..<20 {
      let event = samples.event(data: "{\"x\":\"PAYLOAD-3f1c\(filler)\"}", for: [webhook.id], isLeased: true)
      let receipt = samples.receipt(of: source, body: Array("RECEIVED-3f1c\(filler)".utf8))
      _ = try await store.append(receipt, events: [event])
      var result = samples.result(event.deliveries[0].id, .dead, status: 500)
      result.attempt = attempt(filler)
      result.transition.reason = "FAILED-3f1c"
      try await store.record(result)
      // Others stand between them, so that pages are shared.
      let other = samples.event(for: [webhook.id], isLeased: true)
      _ = try await store.append([other])
      try await store.record(samples.result(other.deliveries[0].id))
      erased.append(event.event.id)
    }
    #expect(try Self.marks.allSatisfy { try files(contain: $0) }, "they are there before")
    for id in erased { #expect(try await store.eraseContent(of: id, at: samples.now) == ErasedContent()) }
    for mark in Self.marks { #expect(try !files(contain: mark), "\(mark)") }
    #expect(try await store.deliveries(DeliveryFilter(), before: nil, limit: 99).count == 40)
    try await store.close()
  }

  @Test func aReaderThatTakesItsTimeIsWaitedFor() async throws {
    let store = try fixture.open()
    let event = samples.event(data: #"{"x":"PAYLOAD-3f1c"}"#)
    _ = try await store.append([event])
    async let lists = withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<50 { group.addTask { try await store.events(EventFilter(), before: nil, limit: 9, maxBytes: 1 << 20).count } }
      return try await group.reduce(0, +)
    }
    _ = try await store.eraseContent(of: event.event.id, at: samples.now)
    #expect(try !files(contain: "PAYLOAD-3f1c"))
    #expect(try await lists == 50)
    try await store.close()
  }
}
