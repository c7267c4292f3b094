import Logging
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct RequestPublisherTests {
  /// Stores what it is given, or finds that it came before, or fails.
  private struct FixedReceipts: ReceiptStore {
    var isRepeat = false
    var failure: StoreError?

    func append(_ new: NewReceipt, events: [NewEvent]) async throws(StoreError) -> (receipt: Receipt, results: [AppendResult]) {
      if let failure { throw failure }
      var receipt = new.receipt
      guard !isRepeat else {
        receipt.state = .duplicate
        return (receipt, [])
      }
      let results = events.map { _ in AppendResult.stored }
      receipt.note(results, of: events)
      return (receipt, results)
    }
  }

  private let fixture = EngineFixture()
  private let engine: DeliveryEngine

  init() {
    engine = DeliveryEngine(
      queue: fixture.queue, runner: fixture.runner, time: fixture.clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func publish(_ store: FixedReceipts) async throws(StoreError) -> Receipt {
    let publisher = Publisher(store: fixture.queue, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    var receipt = Receipt(
      id: InboundRequestID(fixture.ids.next()), source: SourceID(fixture.ids.next()), revision: 1, receivedAt: fixture.clock.now(),
      request: InboundRequest(), scheme: .none)
    receipt.state = .accepted
    let event = PublishRequest(type: EventType(stored: "a.b"), data: Array("{}".utf8))
    return try await RequestPublisher(publisher, store: store)
      .publish(NewReceipt(receipt, at: fixture.clock.now()), events: [event])
  }

  @Test func theEventsOfARequestAreDelivered() async throws {
    _ = try fixture.makeWebhook()
    let receipt = try await publish(FixedReceipts())
    #expect(receipt.state == .accepted)
    #expect(receipt.eventCount == 1)
    var records = fixture.queue.records.makeAsyncIterator()
    #expect(await records.next()?.transition.state == .delivered)
  }

  @Test(.timeLimit(.minutes(1))) func aRepeatAndAFailureGiveTheirPlacesBack() async throws {
    _ = try fixture.makeWebhook()
    #expect(try await publish(FixedReceipts(isRepeat: true)).state == .duplicate)
    await #expect(throws: StoreError.self) { try await publish(FixedReceipts(failure: StoreError(.full, "no space"))) }
    // It ends at once only when nothing is promised to anybody: the clock stands still.
    await engine.drain(within: .seconds(30)) { Issue.record("something was left") }
  }
}
