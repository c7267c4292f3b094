import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import TidehookAPI
import TidehookCore

/// What only a real socket shows.
@Suite struct ServerTests {
  private let authorized: HTTPFields = [.authorization: "Bearer \(TestGateway.key)"]

  @Test func aConnectionGoesOnAfterARefusedBody() async throws {
    let authorized = authorized
    try await TestGateway().api().application(host: "127.0.0.1", port: 0).test(.live) { client in
      let large = ByteBuffer(repeating: UInt8(ascii: "x"), count: 2 << 20)
      let refused = try await client.execute(uri: "/v1/events", method: .post, headers: authorized, body: large) { $0.status.code }
      #expect(refused == 413)
      let event = ByteBuffer(string: #"{"event":"a","data":{}}"#)
      let accepted = try await client.execute(uri: "/v1/events", method: .post, headers: authorized, body: event) { $0.status.code }
      #expect(accepted == 202)
      let head = try await client.execute(uri: "/v1/webhooks", method: .head, headers: authorized) { $0.status.code }
      #expect(head == 200)
      let health = try await client.execute(uri: "/healthz", method: .get) { String(buffer: $0.body) }
      #expect(health == #"{"status":"ok"}"#)
    }
  }

  @Test func anEventInManyPiecesArrivesWhole() async throws {
    let gateway = TestGateway()
    let authorized = authorized
    let text = String(repeating: "é", count: 400_000)
    try await gateway.api().application(host: "127.0.0.1", port: 0).test(.live) { client in
      let body = ByteBuffer(string: #"{"event":"a","data":{"x":"\#(text)"}}"#)
      let status = try await client.execute(uri: "/v1/events", method: .post, headers: authorized, body: body) { $0.status.code }
      #expect(status == 202)
    }
    #expect(gateway.backend.with { $0.published }.first?.data.count == text.utf8.count + 8)
  }
}
