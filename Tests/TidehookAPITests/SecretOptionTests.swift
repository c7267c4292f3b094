import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct SecretOptionTests {
  private static let stage = #"{"plugin":"chat","options":{"channel":"ops","token":"hunter2"}}"#

  private func makeWebhook(_ gateway: TestGateway, _ stages: String = stage) async throws -> String {
    try await gateway.makeWebhook(#","pipeline":[\#(stages)]"#)
  }

  private func options(_ gateway: TestGateway, _ stage: Int = 0) -> JSONValue? {
    guard let pipeline = gateway.backend.webhooks().first?.pipeline, case .plugin(let plugin) = pipeline[stage] else { return nil }
    return plugin.options
  }

  @Test func aSecretOptionIsNeverShown() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    let created = try await gateway.send(.post, "/v1/webhooks", #"{"url":"https://a.example","events":["*"],"pipeline":[\#(Self.stage)]}"#)
    let patched = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"name":"x"}"#)
    let answers = [
      created, patched, try await gateway.send(.get, "/v1/webhooks/\(id)"), try await gateway.send(.get, "/v1/webhooks"),
      try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/1"), try await gateway.send(.get, "/v1/webhooks/\(id)/revisions"),
      try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/diff"),
      try await gateway.send(.post, "/v1/webhooks/\(id)/rollback", #"{"revision":1}"#),
    ]
    for answer in answers { #expect((200...201).contains(answer.status) && !answer.text.contains("hunter2"), "\(answer.text)") }
    #expect(created.json["pipeline"]?[0] == ["plugin": "chat", "options": ["channel": "ops", "token": "<secret>"]])
    #expect(options(gateway) == ["channel": "ops", "token": "hunter2"])
  }

  @Test func whatAnAnswerShowsCanBeSentBack() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway, Self.stage + #",{"plugin":"chat","options":{"token":"second"}}"#)
    let shown = try await gateway.send(.get, "/v1/webhooks/\(id)")
    let pipeline = String(decoding: try #require(shown.json["pipeline"]).bytes, as: UTF8.self)
    let same = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"pipeline":\#(pipeline)}"#)
    #expect(same.status == 200 && same.json["revision"] == 1)
    #expect(options(gateway, 1) == ["token": "second"])
  }

  @Test func aKeptSecretFollowsItsPluginThroughNewStages() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway, Self.stage + #",{"plugin":"chat","options":{"token":"second"}}"#)
    let stages = #"{"script":"s"},{"plugin":"chat","options":{"token":"new"}},{"plugin":"chat","options":{"token":"<secret>"}}"#
    let answer = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"pipeline":[\#(stages)]}"#)
    #expect(answer.status == 200, "\(answer.text)")
    #expect(options(gateway, 1) == ["token": "new"] && options(gateway, 2) == ["token": "second"])
  }

  private static let stages =
    #"{"plugin":"chat","options":{"channel":"a","token":"first"}},{"plugin":"chat","options":{"channel":"b","token":"second"}}"#

  @Test(arguments: [
    // The first stage is removed: the second would get the first one's token.
    #"{"plugin":"chat","options":{"channel":"b","token":"<secret>"}}"#,
    // One is put before them.
    #"{"plugin":"chat","options":{"channel":"c","token":"x"}},{"plugin":"chat","options":{"channel":"a","token":"<secret>"}},"#
      + #"{"plugin":"chat","options":{"channel":"b","token":"<secret>"}}"#,
    // They change places.
    #"{"plugin":"chat","options":{"channel":"b","token":"<secret>"}},{"plugin":"chat","options":{"channel":"a","token":"<secret>"}}"#,
    // One takes the place of another.
    #"{"plugin":"chat","options":{"channel":"c","token":"<secret>"}},{"plugin":"chat","options":{"channel":"b","token":"<secret>"}}"#,
    #"{"plugin":"chat","options":{"token":"<secret>"}},{"plugin":"chat","options":{"channel":"b","token":"<secret>"}}"#,
  ])
  func noStageGetsTheSecretOfAnother(_ stages: String) async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway, Self.stages)
    let answer = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"pipeline":[\#(stages)]}"#)
    #expect(answer.status == 400 && answer.message.contains("expected the secret itself"), "\(answer.text)")
    #expect(answer.field.map { $0.hasPrefix("pipeline[") && $0.hasSuffix("].options.token") } == true)
    #expect(options(gateway, 0)?["token"] == "first" && options(gateway, 1)?["token"] == "second")
  }

  @Test func theSecretOfTheOnlyStageStaysWhenItsOtherOptionsChange() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    let stage = #"{"plugin":"chat","options":{"token":"<secret>","channel":"dev"}}"#
    let answer = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"pipeline":[\#(stage)]}"#)
    #expect(answer.status == 200 && options(gateway) == ["token": "hunter2", "channel": "dev"])
  }

  @Test func oneOfSeveralStagesChangesWithItsSecretGiven() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway, Self.stages)
    let stages =
      #"{"plugin":"chat","options":{"channel":"c","token":"new"}},{"plugin":"chat","options":{"channel":"b","token":"<secret>"}}"#
    let answer = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"pipeline":[\#(stages)]}"#)
    #expect(answer.status == 200, "\(answer.text)")
    #expect(options(gateway, 0)?["token"] == "new" && options(gateway, 1)?["token"] == "second")
  }

  @Test func withoutAStoredSecretThereIsNothingToKeep() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    let stages = Self.stage + #",{"plugin":"chat","options":{"token":"<secret>"}}"#
    let answer = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"pipeline":[\#(stages)]}"#)
    #expect(answer.status == 400 && answer.field == "pipeline[1].options.token" && answer.message.contains("none is"))
  }

  @Test func anOptionThatIsNoSecretIsTakenAsItIs() async throws {
    let gateway = TestGateway()
    _ = try await makeWebhook(gateway, #"{"plugin":"chat","options":{"channel":"<secret>"}}"#)
    #expect(options(gateway) == ["channel": "<secret>"])
  }

  @Test func everyTextIsHiddenWhenNobodyKnowsTheOptions() {
    let options: JSONValue = ["a": "x", "n": 7, "b": true, "list": ["y", 1], "object": ["z": "w"], "none": nil]
    let masked = SecretOptions([]).masked(PluginStage(name: "gone", options: options))
    let hidden: JSONValue = "<secret>"
    #expect(masked == ["a": hidden, "n": 7, "b": true, "list": [hidden, 1], "object": ["z": hidden], "none": nil])
  }

  @Test func anOptionThatIsNoLongerDeclaredStaysHidden() {
    let masked = SecretOptions([.chat()]).masked(PluginStage(name: "chat", options: ["channel": "ops", "password": "hunter2"]))
    #expect(masked == ["channel": "ops", "password": "<secret>"])
  }

  @Test func aSecretIsHiddenWhateverItsType() {
    let secrets = SecretOptions([.chat()])
    let values: [JSONValue] = [7, ["a"], ["a": "b"], nil]
    for value in values {
      #expect(secrets.masked(PluginStage(name: "chat", options: ["token": value])) == ["token": "<secret>"])
    }
  }
}
