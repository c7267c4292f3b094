import Testing
import TidehookCore
import TidehookSigning

@Suite struct RequestSignerTests {
  private func value(_ name: String, of headers: [SignatureHeader]) -> String? { headers.first { $0.name == name }?.value }

  @Test("the published vector of Standard Webhooks")
  func standardMakesTheSignatureOfThePublishedVector() throws {
    let signer = try RequestSigner(schemes: [.standard], secret: SigningSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    let headers = try signer.headers(
      messageID: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
    #expect(headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
    #expect(
      headers.map(\.value) == ["msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="])
  }

  @Test(
    "vectors made with REM's published verifier under node",
    arguments: [
      (
        #"{"id":"evt_abc123","event":"memory.created","timestamp":"2026-04-13T10:30:00Z","data":{"memory_id":"mem_xyz789","content":"We decided to use Redis for caching","namespace":"my-project","tags":["architecture","caching"],"created_at":"2026-04-13T10:30:00Z"}}"#,
        "dbc989519f810b0002a66e3a1ff0ee29a1b01d39d40f1026ee38fbfb3384b0eb"
      ),
      (
        #"{"id":"evt_u","event":"memory.updated","timestamp":"2026-04-13T10:30:00Z","data":{"memory_id":"mem_1","content":"café <b>&"#
          + "\u{2028}\u{2029}"
          + #" 🎉 \"q\" \\ \n","namespace":"my-project","tags":[],"created_at":"2026-04-13T10:30:00Z"}}"#,
        "bfc67c987c02de7926fccd4b3cd4409512f4d693ad599f5d4da9a8c3ebb53c9d"
      ),
    ])
  func remMakesBareLowerCaseHexadecimal(body: String, expected: String) throws {
    let signer = try RequestSigner(schemes: [.rem], secret: SigningSecret("your-webhook-secret"))
    let headers = try signer.headers(messageID: "evt_1", timestamp: 0, body: Array(body.utf8))
    #expect(headers.map(\.name) == ["X-REM-Signature"])
    #expect(headers.map(\.value) == [expected])
  }

  @Test("a vector made with openssl dgst -sha256 -hmac")
  func mem0MakesTheSameCodeWithAndWithoutItsPrefix() throws {
    let body = #"{"event_details":{"data":{"memory":"Name is Alex"},"event":"ADD","id":"m1"}}"#
    let signer = try RequestSigner(schemes: [.mem0], secret: SigningSecret("your-webhook-secret"))
    let headers = try signer.headers(messageID: "", timestamp: 0, body: Array(body.utf8))
    let code = "f027c6a63378b7605456ed624b1da666e7094a1290672ca831a81145af35fb3d"
    #expect(headers.map(\.name) == ["X-Mem0-Signature", "X-Mem0-Signature-256"])
    #expect(headers.map(\.value) == [code, "sha256=" + code])
  }

  @Test func remAndStandardAreUsedByDefault() throws {
    let headers = try RequestSigner(secret: SigningSecret("s")).headers(messageID: "evt_1", timestamp: 5, body: [])
    #expect(headers.map(\.name) == ["X-REM-Signature", "webhook-id", "webhook-timestamp", "webhook-signature"])
  }

  @Test func aRetryChangesTheTimestampButNotTheID() throws {
    let signer = try RequestSigner(secret: SigningSecret("s"))
    let first = try signer.headers(messageID: "evt_1", timestamp: 5, body: [1])
    let second = try signer.headers(messageID: "evt_1", timestamp: 6, body: [1])
    #expect(value("webhook-id", of: first) == value("webhook-id", of: second))
    #expect(value("webhook-timestamp", of: second) == "6")
    #expect(value("webhook-signature", of: first) != value("webhook-signature", of: second))
    #expect(value("X-REM-Signature", of: first) == value("X-REM-Signature", of: second))
  }

  @Test(arguments: ["", "a.b", "."])
  func standardRefusesAnIDThatWouldBeAmbiguous(id: String) throws {
    let signer = try RequestSigner(secret: SigningSecret("s"))
    #expect(throws: SigningError.messageIDNotSignable) { try signer.headers(messageID: id, timestamp: 1, body: []) }
    #expect(try RequestSigner(schemes: [.rem], secret: SigningSecret("s")).headers(messageID: id, timestamp: 1, body: []).count == 1)
  }

  @Test func aSecretOfAnyLengthGivesAKey() throws {
    for length in [1, 63, 64, 65, 512] {
      let secret = try SigningSecret(String(repeating: "k", count: length))
      let headers = try RequestSigner(secret: secret).headers(messageID: "e", timestamp: 1, body: [1, 2, 3])
      #expect(try SignatureVerifier(secret: secret).verify(headers: headers, body: [1, 2, 3], now: 1).isValid)
    }
  }

  @Test func eightThreadsMaySignAtOnce() async throws {
    let signer = try RequestSigner(secret: SigningSecret("your-webhook-secret"))
    let bodies = (0..<200).map { [UInt8](repeating: UInt8($0), count: $0 * 7) }
    let expected = try bodies.map { try signer.headers(messageID: "evt_1", timestamp: 9, body: $0).map(\.value) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<20 {
            for (body, expected) in zip(bodies, expected) {
              try #require(try signer.headers(messageID: "evt_1", timestamp: 9, body: body).map(\.value) == expected)
            }
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
