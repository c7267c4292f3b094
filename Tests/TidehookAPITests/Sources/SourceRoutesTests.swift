import HTTPTypes
import Testing
import TidehookCore

@Suite struct SourceRoutesTests {
  private let gateway = TestGateway()

  @Test func aSourceIsMadeShownListedChangedAndDeleted() async throws {
    let made = try await gateway.send(.post, "/v1/sources", #"{"name":"crm","verify":{"scheme":"hmac","header":"X-Sig"},"secret":"s3"}"#)
    #expect(made.status == 201)
    #expect(made.json["secret"] == nil)
    #expect(made.json["secret_count"] == 1)
    #expect(made.json["verify"] == ["scheme": "hmac", "header": "X-Sig"])
    #expect(made.json["methods"] == ["POST"])
    #expect(made.json["max_body_bytes"] == 1_048_576)
    let id = try #require(made.json["id"]?.stringValue)
    #expect(made.json["url"] == .string("/in/\(id)"))
    #expect(try await gateway.send(.get, "/v1/sources/\(id)").text == made.text)
    #expect(try await gateway.send(.get, "/v1/sources").json["data"]?[0] == made.json)
    let changed = try await gateway.send(
      .patch, "/v1/sources/\(id)", #"{"rate_limit":{"count":5},"dedupe":{"header":"X-Id"},"namespace":"n","secrets":["a","b"]}"#)
    #expect(changed.status == 200)
    #expect(changed.json["revision"] == 2)
    #expect(changed.json["rate_limit"] == ["count": 5, "per_secs": 1, "burst": 5])
    #expect(changed.json["dedupe"] == ["header": "X-Id", "window_secs": 86_400])
    #expect(changed.json["secret_count"] == 2)
    let back = try await gateway.send(.patch, "/v1/sources/\(id)", #"{"rate_limit":null,"dedupe":null,"namespace":null}"#)
    #expect(back.json["rate_limit"] == .null)
    #expect(back.json["dedupe"] == .null)
    #expect(back.json["namespace"] == .null)
    #expect(try await gateway.send(.patch, "/v1/sources/\(id)", #"{"active":true}"#).json["revision"] == 3)
    #expect(try await gateway.send(.delete, "/v1/sources/\(id)").status == 204)
    #expect(try await gateway.send(.get, "/v1/sources/\(id)").status == 404)
  }

  @Test func aSecretThatTheReceiverChoosesIsMadeAndShownOnce() async throws {
    let made = try await gateway.send(.post, "/v1/sources", #"{"name":"a","verify":{"scheme":"path"}}"#)
    let secret = try #require(made.json["secret"]?.stringValue)
    #expect(secret.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
    let id = try #require(made.json["id"]?.stringValue)
    #expect(try await gateway.send(.get, "/v1/sources/\(id)").json["secret"] == nil)
    let next = try await gateway.send(.patch, "/v1/sources/\(id)", #"{"secret":null}"#)
    #expect(next.json["secret"]?.stringValue != nil)
    let basic = try await gateway.send(.post, "/v1/sources", #"{"name":"a","verify":{"scheme":"basic"}}"#)
    #expect(basic.json["secret"]?.stringValue?.hasPrefix("tidehook:") == true)
    let standard = try await gateway.send(.post, "/v1/sources", #"{"name":"a","verify":{"scheme":"standard"}}"#)
    #expect(standard.json["secret"]?.stringValue?.hasPrefix("whsec_") == true)
  }

  @Test func aSecretThatTheSenderMakesCanComeLater() async throws {
    let made = try await gateway.send(.post, "/v1/sources", #"{"name":"pay","verify":{"scheme":"stripe"}}"#)
    #expect(made.status == 201)
    #expect(made.json["secret"] == nil)
    #expect(made.json["secret_count"] == 0)
    let refused = try await gateway.send(.post, "/in/\(made.json["id"]?.stringValue ?? "")", "{}", key: nil)
    #expect(refused.status == 503)
    #expect(refused.headers[.retryAfter] == "60")
    #expect(!refused.text.contains("secret"), "strangers are not told what is missing: \(refused.text)")
    let kept = try await gateway.send(.get, "/v1/sources/\(made.json["id"]?.stringValue ?? "")/requests").json["data"]?[0]
    #expect(kept?["state"] == "rejected")
    #expect(kept?["reason"]?.stringValue?.contains("no secret is set yet") == true)
  }

  @Test(arguments: [(1, 200), (2, 409)]) func aChangeThatAnotherOneBeatIsTriedOnceMore(beaten: Int, status: Int) async throws {
    let made = try await gateway.send(.post, "/v1/sources", #"{"name":"a","verify":{"scheme":"none"}}"#)
    let path = "/v1/sources/\(made.json["id"]?.stringValue ?? "")"
    gateway.sources.with { $0.staleUpdates = beaten }
    let changed = try await gateway.send(.patch, path, #"{"name":"b"}"#)
    #expect(changed.status == status)
    #expect(gateway.sources.with { $0.staleUpdates } == 0)
    let name = try await gateway.send(.get, path).json["name"]?.stringValue
    #expect(name == (status == 200 ? "b" : "a"))
  }

  @Test func aPluginBringsWhatASourceDoesNotSay() async throws {
    gateway.sources.with { state in
      state.presets["from-x"] = SourcePreset(
        verify: VerificationRule(.github), dedupe: DedupeRule(.header("X-Id")), methods: ["PUT"], openMethods: ["OPTIONS"])
    }
    let made = try await gateway.send(.post, "/v1/sources", #"{"plugin":"from-x","options":{"a":1}}"#)
    #expect(made.json["name"] == "x")
    #expect(made.json["verify"] == ["scheme": "github"])
    #expect(made.json["dedupe"] == ["header": "X-Id", "window_secs": 86_400])
    #expect(made.json["methods"] == ["PUT"])
    #expect(made.json["options"] == ["a": 1])
    let own = try await gateway.send(
      .post, "/v1/sources", #"{"name":"y","plugin":"from-x","verify":{"scheme":"none"},"dedupe":null,"methods":["POST"]}"#)
    #expect(own.json["verify"] == ["scheme": "none"])
    #expect(own.json["dedupe"] == .null)
    #expect(own.json["methods"] == ["POST"])
    let back = try await gateway.send(.patch, "/v1/sources/\(own.json["id"]?.stringValue ?? "")", #"{"verify":null,"methods":null}"#)
    #expect(back.json["verify"] == ["scheme": "github"])
    #expect(back.json["methods"] == ["PUT"])
  }

  @Test func codeIsChangedInPlace() async throws {
    let made = try await gateway.send(
      .post, "/v1/sources", #"{"name":"a","plugin":"p","options":{"n":1},"verify":{"scheme":"none"}}"#)
    let path = "/v1/sources/\(made.json["id"]?.stringValue ?? "")"
    #expect(try await gateway.send(.patch, path, #"{"options":{"n":2}}"#).json["options"] == ["n": 2])
    #expect(try await gateway.send(.patch, path, #"{"plugin":"p"}"#).json["options"] == ["n": 2])
    #expect(try await gateway.send(.patch, path, #"{"plugin":"q"}"#).json["options"] == [:])
    let script = try await gateway.send(.patch, path, #"{"script":"return {}"}"#).json
    #expect(script["script"] == "return {}")
    #expect(script["plugin"] == nil)
    let body = try await gateway.send(.patch, path, #"{"script":null}"#).json
    #expect(body["script"] == nil)
    #expect(body["plugin"] == nil)
  }

  @Test(
    arguments: [
      (#"[]"#, "invalid_body", nil), (#"{"verify":{"scheme":"none"}}"#, "missing_field", "name"),
      (#"{"name":"a"}"#, "missing_field", "verify"),
      (#"{"name":"A","verify":{"scheme":"none"}}"#, "invalid_field", "name"), (#"{"name":"a","verify":"none"}"#, "invalid_field", "verify"),
      (#"{"name":"a","verify":{"scheme":"x"}}"#, "invalid_field", "verify.scheme"),
      (#"{"name":"a","verify":{"scheme":"none"},"secret":"x"}"#, "invalid_field", "secret"),
      (#"{"name":"a","verify":{"scheme":"rem"},"secret":""}"#, "invalid_field", "secret"),
      (#"{"name":"a","verify":{"scheme":"rem"},"secret":"useless"}"#, "invalid_field", "secrets[0]"),
      (#"{"name":"a","verify":{"scheme":"rem"},"secrets":[]}"#, "invalid_field", "secrets"),
      (#"{"name":"a","verify":{"scheme":"rem"},"secrets":["1","2","3","4","5","6","7","8","9"]}"#, "invalid_field", "secrets"),
      (#"{"name":"a","verify":{"scheme":"rem"},"secrets":["x",1]}"#, "invalid_field", "secrets[1]"),
      (#"{"name":"a","verify":{"scheme":"rem"},"secret":"x","secrets":["y"]}"#, "invalid_field", "secrets"),
      (#"{"name":"a","verify":{"scheme":"none"},"plugin":"p","script":"s"}"#, "invalid_field", "script"),
      (#"{"name":"a","verify":{"scheme":"none"},"options":{}}"#, "invalid_field", "options"),
      (#"{"name":"a","verify":{"scheme":"none"},"dedupe":{"window_secs":5}}"#, "invalid_field", "dedupe"),
      (#"{"name":"a","verify":{"scheme":"none"},"dedupe":{"header":"X","window_secs":0}}"#, "invalid_field", "dedupe.window_secs"),
      (#"{"name":"a","verify":{"scheme":"none"},"methods":[]}"#, "invalid_field", "methods"),
      (#"{"name":"a","verify":{"scheme":"none"},"methods":["TRACE"]}"#, "invalid_field", "methods[0]"),
      (#"{"name":"a","verify":{"scheme":"none"},"content_types":["json"]}"#, "invalid_field", "content_types[0]"),
      (#"{"name":"a","verify":{"scheme":"none"},"max_body_bytes":10485761}"#, "invalid_field", "max_body_bytes"),
      (#"{"name":"a","verify":{"scheme":"none"},"rate_limit":{"count":0}}"#, "invalid_field", "rate_limit.count"),
      (#"{"name":"a","verify":{"scheme":"none"},"url":"/x"}"#, "read_only_field", "url"),
      (#"{"name":"a","verify":{"scheme":"none"},"events":[]}"#, "unknown_field", "events"),
    ] as [(String, String, String?)])
  func aBadFieldIsNamed(body: String, code: String, field: String?) async throws {
    let answer = try await gateway.send(.post, "/v1/sources", body)
    #expect(answer.status == 400)
    #expect(answer.code == code)
    #expect(answer.field == field)
    #expect(!answer.text.contains("useless\""))
  }

  @Test func codeThatCannotRunIsRefused() async throws {
    gateway.sources.with { $0.problem = PipelineError(stage: 0, member: "script", message: "line 1: boom") }
    let answer = try await gateway.send(.post, "/v1/sources", #"{"name":"a","script":"(","verify":{"scheme":"none"}}"#)
    #expect(answer.code == "invalid_script")
    #expect(answer.message == "script: line 1: boom")
  }

  @Test(arguments: ["", "x", "src_00000000000000000000000000"]) func anUnknownSourceIsNotFound(id: String) async throws {
    #expect(try await gateway.send(.get, "/v1/sources/\(id)").status == 404)
    #expect(try await gateway.send(.patch, "/v1/sources/\(id)", "{}").status == 404)
    #expect(try await gateway.send(.get, "/v1/sources/\(id)/requests").status == 404)
    #expect(try await gateway.send(.post, "/in/\(id)", "{}", key: nil).status == 404)
  }

  @Test func sourcesNeedAKey() async throws {
    #expect(try await gateway.send(.get, "/v1/sources", key: nil).status == 401)
    #expect(try await gateway.send(.post, "/v1/sources/x/requests/y/rerun", key: nil).status == 401)
  }
}
