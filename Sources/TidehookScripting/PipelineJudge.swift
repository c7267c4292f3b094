// Asks the scripts of a pipeline what an answer means.

import TidehookCore

/// Judges the answer to one attempt with the stages that prepared its request.
struct PipelineJudge: ResponseJudge {
  let runtime: LuaRuntime
  let pipeline: ResolvedPipeline
  let delivery: DueDelivery
  let startedAt: Timestamp
  /// The batch that was sent; `nil` when it was the delivery by itself.
  var batch: DeliveryBatch?

  /// Asks the last stage that has a `response` function. An inline script that has none, or returns nothing, leaves it to the one before.
  func judge(_ response: ReceivedResponse) async -> ResponseRuling {
    let input = Self.json(of: response)
    let original = batch?.payload ?? delivery.event.payload
    var log = ""
    for stage in pipeline.stages.reversed() where stage.canJudge {
      guard case .script(let source) = stage.code else { continue }
      let result = await runtime.run(
        ScriptJob(
          script: source, entry: .response, event: input, original: original,
          context: stage.context(for: delivery, at: startedAt, batch: batch), lane: pipeline.lane))
      log += result.log
      switch result.verdict {
      case .judged(let judgement, let reason) where judgement != nil || stage.plugin != nil:
        return ResponseRuling(judgement, reason: reason, log: log)
      case .failed(let error):
        return ResponseRuling(nil, log: log + "response failed: \(error.description)\n")
      case .judged, .untouched, .body, .dropped, .events, .rejected:
        continue
      }
    }
    return ResponseRuling(nil, log: log)
  }

  /// `{status, headers, body}`.
  private static func json(of response: ReceivedResponse) -> [UInt8] {
    let value: JSONValue = [
      "status": .integer(Int64(response.status)), "headers": JSONValue(headers: response.headers),
      "body": .string(String(decoding: response.body, as: UTF8.self)),
    ]
    return value.bytes
  }
}
