// A request as it came.

import NIOHTTP1
import TidehookCore

/// A request that `listen` received.
struct ReceivedRequest: Sendable {
  /// When its last byte came.
  let receivedAt: Timestamp
  /// Its method.
  let method: String
  /// What its request line asked for: path and query.
  let path: String
  /// Its headers, in the order and spelling in which they came.
  let headers: [HeaderField]
  /// Its body.
  let body: [UInt8]

  /// What a gateway asks to be echoed, as `serve --verify-ownership true` does.
  var challenge: String? { headers.first { $0.name.lowercased() == "x-tidehook-challenge" }?.value }

  init(_ head: HTTPRequestHead, body: [UInt8]) {
    receivedAt = .systemNow()
    method = head.method.rawValue
    path = head.uri
    headers = head.headers.map { HeaderField($0.name, $0.value) }
    self.body = body
  }
}
