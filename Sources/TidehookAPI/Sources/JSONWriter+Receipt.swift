// A request that a source received, as answers show it.

import TidehookCore

extension JSONWriter {
  /// Writes a request as lists show it: without headers, bodies, log and the ids of its events.
  mutating func receipt(_ receipt: Receipt, hiding mask: RequestMask) {
    beginObject()
    summary(of: receipt, mask.shown(receipt.request))
    endObject()
  }

  /// Writes a request with all that is known of it.
  mutating func wholeReceipt(_ receipt: Receipt, hiding mask: RequestMask) {
    let request = mask.shown(receipt.request)
    beginObject()
    summary(of: receipt, request)
    key("events")
    value(.array(receipt.events.map { .string($0.rawValue) }))
    key("request")
    self.request(SentRequest(method: request.method, url: request.url, headers: request.headers, body: nil), body: request.body)
    key("answer")
    answer(receipt.answer)
    key("log")
    string(receipt.log)
    endObject()
  }

  private mutating func summary(of receipt: Receipt, _ request: InboundRequest) {
    key("id")
    string(receipt.id.description)
    key("source_id")
    string(receipt.source.description)
    key("state")
    string(receipt.state.rawValue)
    key("reason")
    optional(receipt.reason)
    key("status")
    integer(receipt.answer.status)
    key("received_at")
    string(receipt.receivedAt.rfc3339)
    key("rerun_at")
    optional(receipt.rerunAt?.rfc3339)
    key("revision")
    integer(receipt.revision)
    key("scheme")
    string(receipt.scheme.rawValue)
    key("plugin")
    pluginVersion(receipt.plugin)
    key("method")
    string(request.method)
    key("path")
    string(request.path)
    key("query")
    string(request.query)
    key("body_bytes")
    integer(receipt.bodyBytes)
    key("event_count")
    integer(receipt.eventCount)
    key("erased_at")
    optional(receipt.erasedAt?.rfc3339)
  }

  private mutating func answer(_ answer: InboundAnswer) {
    beginObject()
    key("status")
    integer(answer.status)
    key("headers")
    headers(answer.headers + (answer.contentType.map { [HeaderField("Content-Type", $0)] } ?? []))
    body(answer.body, isTruncated: false)
    endObject()
  }
}
