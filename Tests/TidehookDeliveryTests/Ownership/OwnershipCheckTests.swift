import Synchronization
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

/// Answers a challenge in some way, and remembers the request.
private final class Challenged: DeliveryClient {
  let requests = Mutex<[SignedRequest]>([])
  private let answer: @Sendable (String, SignedRequest) -> ReceivedResponse

  init(_ answer: @escaping @Sendable (String, SignedRequest) -> ReceivedResponse) {
    self.answer = answer
  }

  func send(_ request: SignedRequest) async -> Exchange {
    requests.withLock { $0.append(request) }
    let challenge = request.headers.first { $0.name == "X-Tidehook-Challenge" }?.value ?? ""
    return Exchange(.success(answer(challenge, request)), phases: ExchangePhases())
  }
}

@Suite struct OwnershipCheckTests {
  private let fixture = EngineFixture()

  private func problem(_ client: any DeliveryClient, _ access: EndpointAccess = EndpointAccess()) async throws -> String? {
    let runner = AttemptRunner(
      directory: fixture.directory, revisions: fixture.revisions, pipelines: FixedPipeline(), client: client, origin: "tide.example.com",
      ids: fixture.ids, time: fixture.clock, random: FixedRandom())
    let check = OwnershipCheck(directory: fixture.directory, runner: runner, ids: fixture.ids, time: fixture.clock)
    let webhook = try fixture.makeWebhook {
      $0.headers = [HeaderField("X-Team", "tide")]
      $0.access = access
    }
    return await check.problem(with: webhook)
  }

  @Test func theChallengeIsInAnEventThatIsSignedLikeEveryOther() async throws {
    let client = Challenged { challenge, _ in ReceivedResponse(status: 200, body: Array(challenge.utf8)) }
    #expect(try await problem(client) == nil)
    let request = try #require(client.requests.withLock { $0.first })
    let challenge = request.headers.first { $0.name == "X-Tidehook-Challenge" }?.value
    let body = try JSONValue(parsing: request.body)
    #expect(body["event"] == "webhook.verification" && body["data"]?["challenge"]?.stringValue == challenge)
    #expect(challenge?.utf8.count == 52)
    #expect(request.headers.contains { $0.name == "webhook-id" } && request.headers.contains { $0.name == "X-Team" })
  }

  @Test func whitespaceAroundItAndAJSONObjectWillDo() async throws {
    #expect(try await problem(Challenged { challenge, _ in ReceivedResponse(status: 201, body: Array("\n\(challenge) \r\n".utf8)) }) == nil)
    let object = Challenged { challenge, _ in ReceivedResponse(status: 200, body: Array(#"{ "challenge": "\#(challenge)" }"#.utf8)) }
    #expect(try await problem(object) == nil)
  }

  @Test func anythingElseProvesNothing() async throws {
    let wrong = "the receiver did not answer with the challenge"
    #expect(try await problem(Challenged { _, _ in ReceivedResponse(status: 200) }) == wrong)
    #expect(try await problem(Challenged { _, request in ReceivedResponse(status: 200, body: request.body) }) == wrong)
    #expect(try await problem(Challenged { challenge, _ in ReceivedResponse(status: 200, body: Array("<\(challenge)>".utf8)) }) == wrong)
    let missing = Challenged { challenge, _ in ReceivedResponse(status: 404, body: Array(challenge.utf8)) }
    #expect(try await problem(missing) == "the receiver answered 404")
    let failure = AttemptFailure(.blocked, "blocked: 10.0.0.1 is private")
    #expect(try await problem(ScriptedDeliveryClient([.failure(failure)])) == failure.message)
  }

  @Test func itIsAskedWithTheWebhooksAccess() async throws {
    let client = Challenged { challenge, _ in ReceivedResponse(status: 200, body: Array(challenge.utf8)) }
    let access = EndpointAccess(auth: .bearer(Secret("t0ken-12345")), headers: [HeaderField("X-Door", "door-9876")], proxy: .direct)
    #expect(try await problem(client, access) == nil)
    let request = try #require(client.requests.withLock { $0.first })
    #expect(request.headers.contains(HeaderField("Authorization", "Bearer t0ken-12345")))
    #expect(request.headers.contains(HeaderField("X-Door", "door-9876")))
    #expect(request.route == ConnectionRoute(proxy: .direct))
    let failing = ScriptedDeliveryClient([.failure(AttemptFailure(.proxy, "it said t0ken-12345"))])
    #expect(try await problem(failing, access) == "it said <secret>")
  }
}
