import TidehookCore
import TidehookStorage
import TidehookTesting

extension Simulation {
  /// Compares what is stored with what is known, when everything has ended.
  func checkStore() async throws {
    let store = try folder.open(clock, ids)
    let stored = try await deliveries(store)
    let (lost, kept) = (Set(ledger.entries.keys).subtracting(stored.keys), Set(stored.keys).subtracting(ledger.entries.keys))
    guard lost.isEmpty else { throw Violation("what was accepted is lost: \(lost)") }
    guard kept.isEmpty else { throw Violation("what is too old is kept: \(kept)") }
    let erased = Set(ledger.entries.values.filter(\.isErased).map(\.eventID.rawValue))
    for (id, entry) in ledger.entries {
      guard let delivery = stored[id], delivery.state == entry.state, delivery.attemptCount == entry.attempts else {
        throw Violation("\(id) is stored as \(String(describing: stored[id])), not as \(entry)")
      }
      guard !entry.isInTheWay, !entry.isUnderWay else { throw Violation("\(id) never ended: \(entry)") }
      if entry.isErased || entry.batch != nil { try await checkContent(of: id, entry, erased, store) }
    }
    try await store.close()
  }

  private func deliveries(_ store: SQLStore) async throws -> [DeliveryID: Delivery] {
    var found: [DeliveryID: Delivery] = [:]
    var cursor: Int64?
    while case let page = try await store.deliveries(DeliveryFilter(), before: cursor, limit: 500), !page.isEmpty {
      for delivery in page { found[delivery.id] = delivery }
      cursor = page.last?.id.key
    }
    return found
  }

  /// Nothing of what was erased is left, and all members of a batch show its attempts.
  private func checkContent(of id: DeliveryID, _ entry: Ledger.Entry, _ erased: Set<String>, _ store: SQLStore) async throws {
    guard let record = try await store.delivery(id) else { throw Violation("\(id) is not there") }
    guard record.event.payload.isEmpty == entry.isErased, (record.delivery.erasedAt != nil) == entry.isErased else {
      throw Violation("the payload of \(id) is \(record.event.payload.count) bytes long: \(entry)")
    }
    // The attempts of a batch whose member was dropped or erased before it ended are more than the member's.
    guard entry.isErased || record.attempts.count >= entry.attempts else {
      throw Violation("\(id) shows \(record.attempts.count) attempts")
    }
    for attempt in record.attempts {
      let texts = [attempt.request?.body, attempt.response?.body].compactMap(\.self).map { String(decoding: $0, as: UTF8.self) }
      for word in texts.flatMap({ $0.split(separator: " ") }) where erased.contains(String(word)) {
        throw Violation("\(id) shows what was erased of \(word)")
      }
    }
  }
}
