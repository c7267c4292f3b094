// Tells people that a source began to reject requests: once, and again only after an hour without any.

import Logging
import Synchronization
import TidehookCore

/// Notes rejections. A source that rejects all the time tells once, however much is sent to it.
final class RejectionAlarm: Sendable {
  private let operations: any OperationalEvents
  private let logger: Logger
  private let last = Mutex<[SourceID: Timestamp]>([:])

  /// How long a source must have been quiet, in seconds.
  private static let quietSeconds = 3600

  init(operations: any OperationalEvents, logger: Logger) {
    self.operations = operations
    self.logger = logger
  }

  /// Notes a rejected request; the first after a quiet hour becomes a record in the log and the event `source.rejecting`.
  func note(_ receipt: Receipt, of source: Source, at now: Timestamp) {
    guard isFirst(source.id, at: now) else { return }
    logger.warning("source rejects requests", metadata: ["source.id": "\(source.id)", "request.id": "\(receipt.id)"])
    let data: JSONValue = [
      "source": .string(source.id.description), "name": .string(source.name), "request": .string(receipt.id.description),
      "reason": receipt.reason.map { .string($0) } ?? .null,
    ]
    operations.note(OperationalEvent("source.rejecting", data))
  }

  private func isFirst(_ id: SourceID, at now: Timestamp) -> Bool {
    last.withLock { last in
      let earlier = last.updateValue(now, forKey: id)
      // A clock that was set back proves no quiet hour.
      return earlier.map { now >= $0 + .seconds(Self.quietSeconds) } ?? true
    }
  }
}
