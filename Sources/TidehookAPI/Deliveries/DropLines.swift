// Where scripts say why they dropped an event, looked up in the revisions that ran.

import TidehookCore

/// The lines of a delivery and its attempts.
struct DropLines {
  /// Of the stage that the delivery names.
  private(set) var ofDelivery: Int?
  /// Of the stages that its attempts name.
  private(set) var ofAttempts: [AttemptID: Int] = [:]

  /// How many revisions are read for one answer; attempts of older ones show no line.
  private static let maximumRevisions = 16

  /// Looks in the revisions of the newest attempts first.
  init(of record: DeliveryRecord, _ revisions: any WebhookRevisions) async throws {
    var pipelines: [Int: [PipelineStage]] = [:]
    for attempt in record.attempts.reversed() {
      guard let drop = attempt.drop, let stage = drop.stage, stage.plugin == nil else { continue }
      if pipelines[attempt.revision] == nil {
        guard pipelines.count < Self.maximumRevisions else { break }
        let revision = try await revisions.revision(attempt.revision, of: record.delivery.webhookID)
        pipelines[attempt.revision] = revision?.webhook.pipeline ?? []
      }
      ofAttempts[attempt.id] = stage.line(of: drop.reason, in: pipelines[attempt.revision] ?? [])
    }
    if let stage = record.delivery.droppedBy, let last = record.attempts.last, last.drop?.stage == stage {
      ofDelivery = ofAttempts[last.id]
    }
  }
}

extension DroppingStage {
  /// The line of the script that it is in a pipeline.
  fileprivate func line(of reason: String, in pipeline: [PipelineStage]) -> Int? {
    guard pipeline.indices.contains(index), case .script(let text, _) = pipeline[index] else { return nil }
    return line(of: reason, in: text)
  }
}
