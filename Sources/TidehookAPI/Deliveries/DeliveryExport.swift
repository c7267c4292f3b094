// Deliveries as a stream of lines: as many as there are, a little at a time, as fast as the client takes them.

import HTTPTypes
import Hummingbird
import NIOCore
import TidehookCore

/// `/v1/deliveries/export`.
struct DeliveryExport: Sendable {
  let history: any History
  let time: any TimeSource

  var routes: [Route] { [Route(Self.export, export)] }

  /// How many deliveries are read at a time, and how many bytes of events and attempts: what an export holds in memory.
  private static let step = (deliveries: 100, bytes: 4 << 20)

  private static let headers: HTTPFields = [
    .contentType: "application/x-ndjson", .contentDisposition: "attachment; filename=\"deliveries.ndjson\"",
  ]

  private func export(_ request: APIRequest) async throws -> Response {
    let maximum = try request.query.value("max", "a whole number from 1 on") { Int($0).flatMap { $0 >= 1 ? $0 : nil } }
    let search = DeliverySearch(
      try await DeliveryFilter(request, history: history, now: time.now()), order: try request.query.order(),
      from: try request.query.cursor(.deliveries), limit: Self.step.deliveries)
    // What fails before the first line is an answer of its own.
    let first = try await history.search(search)
    let body = ResponseBody { writer in
      try await write(first, of: search, upTo: maximum ?? .max, to: &writer)
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: Self.headers, body: body)
  }

  /// Writes lines until there are no more; each write waits until the client has taken most of what came before. Off the caller's actor, like the
  /// server's own functions that the writer is handed to.
  @concurrent private func write(
    _ first: DeliveryFinding, of search: DeliverySearch, upTo maximum: Int, to writer: inout any ResponseBodyWriter
  ) async throws {
    var (finding, search, left) = (first, search, maximum)
    while true {
      var ids = finding.deliveries.prefix(left).map(\.id)[...]
      left -= ids.count
      while !ids.isEmpty {
        let records = try await history.lastAttempts(of: Array(ids), maxBytes: Self.step.bytes)
        guard let last = records.last else { break }
        for record in records { try await writer.write(ByteBuffer(bytes: Self.line(record))) }
        ids = ids[((ids.firstIndex(of: last.delivery.id) ?? ids.endIndex - 1) + 1)...]
      }
      guard left > 0, let position = finding.position else { return }
      search.cursor = position
      finding = try await history.search(search)
    }
  }

  private static func line(_ record: DeliveryRecord) -> [UInt8] {
    var json = JSONWriter(reserving: record.event.payload.count + 2048)
    json.beginObject()
    json.key("cursor")
    json.string(Cursor.text(after: record.delivery.id.key, in: .deliveries))
    json.key("delivery")
    json.delivery(record.delivery)
    json.key("event")
    json.event(record.event)
    json.key("attempt")
    if let attempt = record.attempts.last {
      json.attempt(attempt, payload: record.event.payload, isAbridged: false)
    } else {
      json.null()
    }
    json.endObject()
    return json.bytes + [UInt8(ascii: "\n")]
  }
}

extension DeliveryExport {
  static let operations = [export]

  private static let export = Operation(
    id: "exportDeliveries", method: .get, path: "/v1/deliveries/export", isScoped: true,
    summary: "Stream deliveries as lines of JSON, each with its event and its last attempt.",
    query: QueryParameter.deliveries + [
      QueryParameter("order", "newest, unless given, or oldest first."), QueryParameter("max", "How many lines at most."),
      QueryParameter("cursor", "The cursor of the last line that was received: the stream goes on behind it."),
    ], answer: "DeliveryLines")
}
