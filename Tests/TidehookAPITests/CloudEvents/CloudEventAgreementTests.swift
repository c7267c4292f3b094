import HTTPTypes
import Testing
import TidehookAPI

@Suite struct CloudEventAgreementTests {
  private func ask(_ headers: [String: String], path: String = "/v1/events") async throws -> Answer {
    var fields: HTTPFields = [:]
    for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
    return try await TestGateway().send(.options, path, headers: fields, key: nil)
  }

  private func header(_ name: String, _ answer: Answer) throws -> String? { answer.headers[try #require(HTTPField.Name(name))] }

  @Test(arguments: ["/v1/events", "/v1/events/batch"]) func whoeverAsksIsAgreedWith(path: String) async throws {
    let answer = try await ask(["WebHook-Request-Origin": "emitter.example.com", "WebHook-Request-Rate": "120"], path: path)
    #expect(answer.status == 200 && answer.text.isEmpty)
    #expect(try header("WebHook-Allowed-Origin", answer) == "emitter.example.com")
    #expect(try header("WebHook-Allowed-Rate", answer) == "*")
    #expect(try header("Allow", answer)?.contains("POST") == true)
  }

  @Test func whoDoesNotAskIsToldTheMethodsOnly() async throws {
    let answer = try await ask([:])
    #expect(answer.status == 200)
    #expect(try header("WebHook-Allowed-Origin", answer) == nil)
  }

  @Test(arguments: [
    ("<script>", nil, "WebHook-Request-Origin"), (String(repeating: "a", count: 260), nil, "WebHook-Request-Origin"),
    ("a.example", "0", "WebHook-Request-Rate"), ("a.example", "fast", "WebHook-Request-Rate"),
  ])
  func aBadQuestionIsRefused(origin: String, rate: String?, field: String) async throws {
    var headers = ["WebHook-Request-Origin": origin]
    headers["WebHook-Request-Rate"] = rate
    let answer = try await ask(headers)
    #expect(answer.status == 400 && answer.field == field)
    #expect(try header("WebHook-Allowed-Origin", answer) == nil)
  }
}
