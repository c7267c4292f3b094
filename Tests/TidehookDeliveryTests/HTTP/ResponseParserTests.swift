import NIOCore
import Testing
import TidehookCore
import TidehookDelivery

@Suite struct ResponseParserTests {
  private static let whole: [(String, String)] = [
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b c \r\n\r\nhello", "hello"),
    ("HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", "hello"),
    ("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", "hello"), ("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", "hello"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3; a=\"b\"\r\nllo\r\n0\r\n\r\n", "hello"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n00002\nhe\n3 \r\nllo\r\n000\r\nA: b\r\nC: d\r\n\r\n", "hello"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\nhe\n3\nllo\n0\n\n", "hello"),
    ("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"),
    ("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", ""),
  ]

  @Test(arguments: whole) func answersMayBeCutAnywhere(text: String, body: String) {
    for size in 1...text.utf8.count {
      let step = feed(text, pieces: size)
      guard case .complete(let response, let isReusable) = step else {
        Issue.record("cut every \(size) bytes: \(step)")
        continue
      }
      #expect(String(decoding: response.body, as: UTF8.self) == body)
      #expect(isReusable)
      #expect(!response.isTruncated)
    }
  }

  @Test(arguments: whole) func answersAreNotCompleteBeforeTheirEnd(text: String, body: String) {
    #expect(feed(String(text.dropLast()), pieces: 7) == .needsMore)
  }

  @Test func headersAreKeptInOrderAndSpelling() {
    guard case .complete(let response, _) = feed("HTTP/1.1 503 x\r\nb-B:  1\r\nA:\r\nb-b: \u{e9}\r\nContent-Length: 0\r\n\r\n") else {
      Issue.record("not complete")
      return
    }
    #expect(response.status == 503)
    #expect(response.headers.map { "\($0.name)=\($0.value)" } == ["b-B=1", "A=", "b-b=\u{e9}", "Content-Length=0"])
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nextra",
  ])
  func connectionIsNotReusable(text: String) {
    guard case .complete(_, let isReusable) = feed(text) else {
      Issue.record("not complete")
      return
    }
    #expect(!isReusable)
  }

  @Test(arguments: [
    ("HTTP/1.1 20x OK\r\n\r\n", "answer has no numeric status"), ("HTTP/1.1 600 OK\r\n\r\n", "answer has status 600, expected 100...599"),
    ("HTTP/1.1 099 OK\r\n\r\n", "answer has status 99, expected 100...599"),
    ("HTTP/1.1 2000 OK\r\n\r\n", "answer does not start with an HTTP/1.1 status line"),
    ("HTTP/1.2 200 OK\r\n\r\n", "answer does not start with an HTTP/1.1 status line"),
    ("\r\n\r\n", "answer does not start with an HTTP/1.1 status line"),
    ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "answer has a header line without a name"),
    ("HTTP/1.1 200 OK\r\n: x\r\n\r\n", "answer has a header line without a name"),
    ("HTTP/1.1 200 OK\r\nA : x\r\n\r\n", "answer has a header name with forbidden characters"),
    ("HTTP/1.1 200 OK\r\nA: x\r\n folded\r\n\r\n", "answer has a header line without a name"),
    ("HTTP/1.1 200 OK\r\nA: x\ry\r\n\r\n", "answer has a header value with control characters"),
    ("HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", "answer has a header value with control characters"),
    ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "answer has a content-length that is no number"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "answer has a content-length that is no number"),
    ("HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", "answer has an empty content-length"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n", "answer has contradictory content-lengths"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "chunk size is no hexadecimal number"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", "chunk size is no hexadecimal number"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", "chunk is longer than it said"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\r\n0\r\n\r\n", "chunk is longer than it said"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", "chunk size is too large"),
  ])
  func nonsenseIsNamed(text: String, message: String) {
    #expect(feed(text) == .malformed(message))
    #expect(feed(text, pieces: 1) == .malformed(message))
  }

  @Test func headAndTrailersAreBoundedTogether() {
    let limits = HTTPClientLimits(maxResponseHeadBytes: 100)
    let start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(
      feed(start + "0\r\n" + String(repeating: "A: b\r\n", count: 20), limits: limits)
        == .oversized("chunk extensions or trailers are too long"))
    let informational = String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 5)
    #expect(feed(informational, limits: limits) == .oversized("answer has a head of more than 100 bytes"))
  }

  @Test func theEndOfTheConnectionCompletesOnlyABodyWithoutLength() {
    var parser = ResponseParser(method: "POST", limits: HTTPClientLimits())
    #expect(parser.end() == .malformed("connection closed before an answer"))
    parser = ResponseParser(method: "POST", limits: HTTPClientLimits())
    var bytes = ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\nhello")
    #expect(parser.read(&bytes) == .needsMore)
    #expect(parser.end() == .complete(ReceivedResponse(status: 200, body: Array("hello".utf8)), isReusable: false))
  }

  private func feed(_ text: String, pieces size: Int = .max, limits: HTTPClientLimits = HTTPClientLimits()) -> ResponseParser.Step {
    var parser = ResponseParser(method: "POST", limits: limits)
    var rest = ByteBuffer(string: text)
    var step = ResponseParser.Step.needsMore
    while step == .needsMore, var piece = rest.readSlice(length: min(size, rest.readableBytes)), piece.readableBytes > 0 {
      step = parser.read(&piece)
    }
    return step
  }
}
