import Testing
import TidehookCore
import TidehookDelivery

@Suite(.timeLimit(.minutes(2))) struct ExchangeTests {
  @Test func requestIsWrittenAsItWasSigned() async throws {
    try await HTTPFixture.run { fixture in
      let headers = [
        HeaderField("Content-Type", "application/json"), HeaderField("X-REM-Signature", "ab"), HeaderField("host", "evil.example"),
      ]
      let exchange = await fixture.client.send(fixture.request("/a?b=c", headers: headers, body: "{\"a\":1}"))
      let seen = try #require(await fixture.server.nextRequest())
      #expect(
        seen.head
          == "POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:\(fixture.server.port)\r\nContent-Type: application/json\r\nX-REM-Signature: ab"
          + "\r\nContent-Length: 7")
      #expect(seen.body == "{\"a\":1}")
      #expect(exchange.response?.status == 200)
      #expect(exchange.response?.headers == [HeaderField("Content-Length", "2")])
      #expect(exchange.text == "ok")
    }
  }

  @Test func connectionsAreReused() async throws {
    try await HTTPFixture.run { fixture in
      let first = await fixture.send()
      #expect(first.phases.connectMicroseconds != nil)
      #expect(first.phases.resolveMicroseconds == nil)
      for _ in 1..<20 {
        let exchange = await fixture.send()
        #expect(exchange.response?.status == 200)
        #expect(exchange.phases.connectMicroseconds == nil)
        #expect(exchange.phases.firstByteMicroseconds != nil)
      }
      #expect(fixture.server.connections == 1)
    }
  }

  @Test(arguments: [
    Reply.bytes("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
    .bytes("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    .bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more"), .bytesThenClose("HTTP/1.1 200 OK\r\n\r\nok"),
    .bytesThenClose("HTTP/1.0 200 OK\r\n\r\nok"),
  ])
  func connectionsThatEndWithTheAnswerAreNotReused(reply: Reply) async throws {
    try await HTTPFixture.run(reply: { _ in reply }) { fixture in
      for _ in 0..<3 { #expect(await fixture.send().text == "ok") }
      #expect(fixture.server.connections == 3)
    }
  }

  @Test(arguments: [
    Reply.bytes("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok"),
    .bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\no\r\n1\r\nk\r\n0\r\nTrailer: x\r\n\r\n"),
    .pieces(["HTTP/1.1 2", "00 OK\r\nContent-Le", "ngth: 2\r\n\r", "\no", "k"]),
    .bytes("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
  ])
  func answersAreReadInEveryFraming(reply: Reply) async throws {
    try await HTTPFixture.run(reply: { _ in reply }) { fixture in
      for _ in 0..<3 {
        let exchange = await fixture.send()
        #expect(exchange.text == "ok")
        #expect(exchange.response?.status == 200)
      }
      #expect(fixture.server.connections == 1)
    }
  }

  @Test(arguments: [
    ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"), ("POST", "HTTP/1.1 204 No Content\r\n\r\n"),
    ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n"), ("POST", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
  ])
  func answersWithoutABodyAreComplete(method: String, bytes: String) async throws {
    try await HTTPFixture.run(reply: { _ in .bytes(bytes) }) { fixture in
      let request = fixture.request(method: method, body: "")
      for _ in 0..<2 { #expect(await fixture.client.send(request).text?.isEmpty == true) }
      #expect(fixture.server.connections == 1)
    }
  }

  @Test func redirectsAreAnswersLikeOthers() async throws {
    try await HTTPFixture.run(reply: { _ in .bytes("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n") }) { fixture in
      let exchange = await fixture.send()
      #expect(exchange.response?.status == 302)
      #expect(exchange.response?.header("location") == "/other")
      #expect(await fixture.server.nextRequest()?.number == 1)
      #expect(fixture.server.connections == 1)
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n",
  ])
  func longBodiesAreCutOffAndJudgedByStatus(head: String) async throws {
    let limits = HTTPClientLimits(keptBodyBytes: 16)
    try await HTTPFixture.run(limits: limits, reply: { _ in .bytes(head + "0123456789abcdefg") }) { fixture in
      let exchange = await fixture.send()
      #expect(exchange.response?.isTruncated == true)
      #expect(exchange.response?.status == 200)
      #expect(exchange.text == "0123456789abcdef")
      #expect(await fixture.server.nextClose() == 1)
    }
  }

  @Test func bodiesUpToTheCapAreWhole() async throws {
    let limits = HTTPClientLimits(keptBodyBytes: 16)
    try await HTTPFixture.run(limits: limits, reply: { _ in .bytes("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n0123456789abcdef") }) {
      fixture in
      for _ in 0..<2 {
        let exchange = await fixture.send()
        #expect(exchange.response?.isTruncated == false)
        #expect(exchange.text == "0123456789abcdef")
      }
      #expect(fixture.server.connections == 1)
    }
  }

  @Test func largeRequestsArriveWhole() async throws {
    try await HTTPFixture.run { fixture in
      let body = String(repeating: "0123456789abcdef", count: 128 * 1024)
      #expect(await fixture.client.send(fixture.request(body: body)).response?.status == 200)
      #expect(await fixture.server.nextRequest()?.body == body)
    }
  }
}
