// The calls that show what a source received, and run it again.

import HTTPTypes
import Hummingbird
import TidehookCore

/// `/v1/sources/{id}/requests` and what is below it.
struct ReceiptRoutes: Sendable {
  let directory: SourceDirectory
  let inbox: Inbox
  let history: any ReceiptHistory
  let time: any TimeSource

  var routes: [Route] { [Route(Self.list, list), Route(Self.show, show), Route(Self.rerun, rerun)] }

  private func list(_ request: APIRequest) async throws -> Response {
    let source = try directory.known(request).source
    let query = request.query
    let now = time.now()
    let states = ReceiptState.allCases.map(\.rawValue).joined(separator: ", ")
    let filter = ReceiptFilter(
      source: source.id, state: try query.value("state", "one of \(states)", read: ReceiptState.init(rawValue:)),
      since: try query.time("since", now: now), until: try query.time("until", now: now))
    let limit = try query.limit()
    let receipts = try await history.receipts(filter, before: query.cursor(.receipts), limit: limit + 1)
    return Page(receipts.prefix(limit), of: .receipts, hasMore: receipts.count > limit, key: \.id.key)
      .answer { $1.receipt($0, hiding: RequestMask($0, of: source)) }
  }

  private func show(_ request: APIRequest) async throws -> Response {
    let source = try directory.known(request).source
    return Self.answer(try await receipt(request, of: source), of: source)
  }

  private func rerun(_ request: APIRequest) async throws -> Response {
    let active = try directory.known(request)
    let earlier = try await receipt(request, of: active.source)
    guard earlier.state.mayRunAgain else {
      throw APIError(.conflict, "request \(earlier.id) is \(earlier.state.rawValue): only what is rejected or answered can run again")
    }
    guard earlier.erasedAt == nil else {
      throw APIError(.conflict, "request \(earlier.id) cannot run again: what it said was erased")
    }
    return Self.answer(try await inbox.takeAgain(earlier, for: active), of: active.source, status: .accepted)
  }

  private func receipt(_ request: APIRequest, of source: Source) async throws -> Receipt {
    let text = request.parameters["request"] ?? ""
    guard let id = InboundRequestID(text) else { throw APIError.notFound("request", text) }
    let receipt = try await history.receipt(id, of: source.id)
    guard let receipt else { throw APIError.notFound("request", text) }
    return receipt
  }

  private static func answer(_ receipt: Receipt, of source: Source, status: HTTPResponse.Status = .ok) -> Response {
    var json = JSONWriter(reserving: receipt.request.body.count + 1024)
    json.wholeReceipt(receipt, hiding: RequestMask(receipt, of: source))
    return .json(json, status: status)
  }
}

extension ReceiptRoutes {
  static let operations = [list, show, rerun]

  private static let list = Operation(
    id: "listSourceRequests", method: .get, path: "/v1/sources/{id}/requests", isScoped: true,
    summary: "List what a source received, newest first.",
    query: [QueryParameter("state", "Only accepted, rejected, duplicate or answered ones.")] + QueryParameter.times
      + QueryParameter.paging, answer: "SourceRequestPage")

  private static let show = Operation(
    id: "showSourceRequest", method: .get, path: "/v1/sources/{id}/requests/{request}", isScoped: true,
    summary: "Show a request that a source received; headers that may hold secrets are masked.", answer: "SourceRequestWithBody")

  private static let rerun = Operation(
    id: "rerunSourceRequest", method: .post, path: "/v1/sources/{id}/requests/{request}/rerun", isScoped: true,
    summary: "Take a rejected or answered request again, as if it came at its time to the source as it is now.", success: 202,
    answer: "SourceRequestWithBody")
}
