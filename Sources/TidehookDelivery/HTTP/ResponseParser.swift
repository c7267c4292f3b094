// Turns the bytes of a connection into one answer: a pure value, fed with whatever arrives, cut wherever it was cut.

package import NIOCore
package import TidehookCore

/// Reads one answer to one request. It skips informational answers and keeps no more of the body than it was told.
package struct ResponseParser: Sendable {
  /// What is known after some more bytes.
  package enum Step: Sendable, Equatable {
    case needsMore
    /// The answer is complete, or as much of it as is kept. The connection can be used again only when it says so.
    case complete(ReceivedResponse, isReusable: Bool)
    case malformed(String)
    /// The answer's head, or what stands around its body, is larger than the limits.
    case oversized(String)
  }

  private enum State {
    case head
    case body(ResponseHead, BodyReader)
    case done
  }

  private let method: String
  private let limits: HTTPClientLimits
  private var state = State.head
  /// The start of a head that has not come completely.
  private var held: ByteBuffer?
  private var search = LineSearch()
  private var headBytesLeft: Int

  /// Whether any byte has arrived.
  package private(set) var hasStarted = false

  /// Makes a parser for the answer to one request of that method.
  package init(method: String, limits: HTTPClientLimits) {
    self.method = method
    self.limits = limits
    headBytesLeft = limits.maxResponseHeadBytes
  }

  /// Takes bytes from the front of the buffer, and none after the end of the answer.
  package mutating func read(_ bytes: inout ByteBuffer) -> Step {
    hasStarted = hasStarted || bytes.readableBytes > 0
    do {
      while true {
        switch state {
        case .head:
          guard try readHead(&bytes) else { return .needsMore }
        case .body(let head, var body):
          state = .done
          let isWhole = try body.read(&bytes)
          if isWhole || body.isTruncated {
            let isReusable = head.keepsAlive && !body.isTruncated && bytes.readableBytes == 0
            return finish(head, body, isReusable: isReusable)
          }
          state = .body(head, body)
          return .needsMore
        case .done:
          return .needsMore
        }
      }
    } catch {
      state = .done
      return error.isOversized ? .oversized(error.message) : .malformed(error.message)
    }
  }

  /// Takes the end of the connection: it completes a body that lasts until then, and nothing else.
  package mutating func end() -> Step {
    defer { state = .done }
    switch state {
    case .body(let head, let body) where head.framing == .untilClose:
      return finish(head, body, isReusable: false)
    case .body(_, let body):
      return .malformed("connection closed after \(body.received) bytes of the answer's body\(body.expectation)")
    case .head:
      return .malformed(hasStarted ? "connection closed within the answer's head" : "connection closed before an answer")
    case .done:
      return .needsMore
    }
  }

  /// `true` when a head that matters was read, `false` when more bytes are needed.
  private mutating func readHead(_ bytes: inout ByteBuffer) throws(ResponseError) -> Bool {
    if var held = held.take() {
      held.writeBuffer(&bytes)
      bytes = held
    }
    guard let length = search.endOfHead(in: bytes) else {
      guard bytes.readableBytes <= headBytesLeft else { throw tooLong }
      guard bytes.readableBytesView.starts(with: "HTTP/".utf8.prefix(bytes.readableBytes)) else {
        throw ResponseError("answer does not start with an HTTP/1.1 status line")
      }
      held = bytes.readableBytes > 0 ? bytes : nil
      bytes.moveReaderIndex(to: bytes.writerIndex)
      return false
    }
    guard length <= headBytesLeft else { throw tooLong }
    headBytesLeft -= length
    search = LineSearch()
    let head = try Self.parse(bytes, length: length, method: method, maxHeaders: limits.maxResponseHeaders)
    bytes.moveReaderIndex(forwardBy: length)
    guard head.status != 101 else { throw ResponseError("answer switches protocols") }
    if head.status >= 200 { state = .body(head, BodyReader(head.framing, keptBytes: limits.keptBodyBytes, maxOverhead: headBytesLeft)) }
    return true
  }

  private var tooLong: ResponseError {
    ResponseError("answer has a head of more than \(limits.maxResponseHeadBytes) bytes", isOversized: true)
  }

  private mutating func finish(_ head: ResponseHead, _ body: BodyReader, isReusable: Bool) -> Step {
    .complete(
      ReceivedResponse(status: head.status, headers: head.headers, body: body.kept, isTruncated: body.isTruncated), isReusable: isReusable)
  }

  private static func parse(
    _ bytes: ByteBuffer, length: Int, method: String, maxHeaders: Int
  ) throws(ResponseError) -> ResponseHead {
    let result = bytes.withUnsafeReadableBytes { all -> Result<ResponseHead, ResponseError> in
      Result { () throws(ResponseError) in
        try ResponseHead(reading: UnsafeRawBufferPointer(rebasing: all[..<length]), method: method, maxHeaders: maxHeaders)
      }
    }
    return try result.get()
  }
}

/// Looks for the empty line that ends a head; bytes that were looked at are not looked at again when more arrive.
private struct LineSearch {
  private var lineStart = 0
  private var next = 0

  /// The length of the head with its empty line; `nil` when the empty line has not come.
  mutating func endOfHead(in bytes: ByteBuffer) -> Int? {
    bytes.withUnsafeReadableBytes { all in
      while let end = all[next...].firstIndex(of: UInt8(ascii: "\n")) {
        let isEmpty = end == lineStart || (end == lineStart + 1 && all[lineStart] == UInt8(ascii: "\r"))
        if isEmpty { return end + 1 }
        lineStart = end + 1
        next = end + 1
      }
      next = all.count
      return nil
    }
  }
}
