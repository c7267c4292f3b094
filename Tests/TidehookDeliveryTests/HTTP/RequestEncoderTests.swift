import NIOCore
import Testing
import TidehookCore
import TidehookDelivery

@Suite struct RequestEncoderTests {
  @Test(arguments: [
    ("POST", "", "POST /x?y HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n"),
    ("POST", "{}", "POST /x?y HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\n{}"),
    ("GET", "", "GET /x?y HTTP/1.1\r\nHost: a.example\r\n\r\n"), ("DELETE", "", "DELETE /x?y HTTP/1.1\r\nHost: a.example\r\n\r\n"),
    ("PUT", "", "PUT /x?y HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n"),
  ])
  func lengthIsAnnouncedWhereABodyIsExpected(method: String, body: String, text: String) throws {
    #expect(try encode(method: method, body: body) == text)
  }

  @Test(arguments: [
    "Host", "content-LENGTH", "Transfer-Encoding", "Connection", "Keep-Alive", "TE", "Upgrade", "Expect", "Proxy-Connection",
  ])
  func headersOfTheConnectionAreLeftOut(name: String) throws {
    let text = try encode(headers: [HeaderField("X-A", "1"), HeaderField(name, "evil"), HeaderField("X-B", "2")])
    #expect(text == "POST /x?y HTTP/1.1\r\nHost: a.example\r\nX-A: 1\r\nX-B: 2\r\nContent-Length: 0\r\n\r\n")
  }

  @Test(arguments: [HeaderField("X-A", "b\r\nX-C: d"), HeaderField("X-A", "b\n"), HeaderField("X-A\r", "b")])
  func lineBreaksAreRefused(header: HeaderField) {
    #expect(throws: AttemptFailure.self) { try encode(headers: [header]) }
  }

  @Test func lineBreaksInTheMethodAreRefused() {
    #expect(throws: AttemptFailure.self) { try encode(method: "GET / HTTP/1.1\r\nX: y\r\n\r\nPOST") }
  }

  private func encode(method: String = "POST", headers: [HeaderField] = [], body: String = "") throws -> String {
    var buffer = ByteBuffer()
    let url = try DestinationURL(parsing: "http://a.example/x?y")
    try RequestEncoder.encode(SignedRequest(method: method, url: url, headers: headers, body: Array(body.utf8)), into: &buffer)
    return String(buffer: buffer)
  }
}
