// The body of a request after whose answer the connection ends.

import HTTPTypes
import Hummingbird
import Synchronization

/// Remembers whether the body of such a request was read.
///
/// Where a connection goes on, the server reads what a handler left of a body. Where it ends with the answer, nobody would: a client that sends all it
/// has before it reads, as Python's `urllib` does, would wait until it is disconnected, and never see the answer. So what was not read is read here,
/// up to a bound.
final class LastBody: Sendable {
  /// How much is read for nothing: 64 MiB.
  static let discardedBytes = 64 << 20

  private let isBegun = Atomic(false)

  /// `nil` when the connection goes on, when there is no body, and when the client waits for a word before it sends it.
  init?(of request: Request) {
    guard request.headers.value(of: .connection) == "close", request.headers.value(of: .expect) == nil else { return nil }
    guard request.headers.value(of: .contentLength).map({ $0 != "0" }) ?? request.headers.contains(.transferEncoding) else { return nil }
  }

  /// Notes that somebody reads it: it can be read once only.
  func begin() { isBegun.store(true, ordering: .relaxed) }

  /// The same answer, after which the body is read, unless somebody began to.
  func read(_ body: RequestBody, after answer: Response) -> Response {
    guard !isBegun.load(ordering: .relaxed) else { return answer }
    let text = answer.body
    var answer = answer
    answer.body = ResponseBody(contentLength: text.contentLength) { writer in
      try await text.write(writer)
      var left = Self.discardedBytes
      for try await part in body {
        left -= part.readableBytes
        if left <= 0 { break }
      }
    }
    return answer
  }
}
