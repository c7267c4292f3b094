import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct JudgementTests {
  /// Attempts one delivery that is answered and judged like this.
  private func attempt(_ response: ReceivedResponse, _ judge: FixedJudge) async throws -> CompletedDelivery {
    let fixture = EngineFixture(answers: [.success(response)], pipeline: FixedPipeline(judge: judge))
    let webhook = try fixture.makeWebhook { $0.pipeline = [.script("")] }
    return try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id)))
  }

  private func attempt(_ status: Int, _ judgement: ResponseJudgement?, _ reason: String? = nil) async throws -> CompletedDelivery {
    try await attempt(ReceivedResponse(status: status), FixedJudge(ResponseRuling(judgement, reason: reason)))
  }

  @Test func anAnswerOfFailureCanMeanDelivered() async throws {
    let completed = try await attempt(409, .delivered, "known already")
    #expect(completed.transition == Transition(.delivered, reason: "known already"))
    #expect(completed.attempt?.failure == nil)
    #expect(completed.attempt?.response?.status == 409)
  }

  @Test func anAnswerOfSuccessCanMeanFailure() async throws {
    let completed = try await attempt(200, .dead, "invalid_payload")
    #expect(completed.transition == Transition(.dead, reason: "invalid_payload"))
    let outline = "a plugin took the receiver's answer 200 for a failure"
    #expect(completed.attempt?.failure == AttemptFailure(.response, "invalid_payload", outline: outline))
  }

  @Test func aJudgedFailureDisablesTheWebhook() async throws {
    let completed = try await attempt(404, .disable, "no_service")
    #expect(completed.transition == Transition(.dead, reason: "no_service", disablesWebhook: true))
    let outline = "a plugin took the receiver's answer 404 for a failure"
    #expect(completed.attempt?.failure == AttemptFailure(.status, "no_service", outline: outline))
  }

  @Test func aJudgedSuccessIsTriedAgainWhenTheReceiverAsks() async throws {
    let busy = ReceivedResponse(status: 200, headers: [HeaderField("Retry-After", "120")])
    let completed = try await attempt(busy, FixedJudge(ResponseRuling(.retry, reason: "queued")))
    #expect(completed.transition.state == .retrying)
    #expect(completed.transition.nextAttemptAt.map { $0.microseconds - completed.at.microseconds } == 120_000_000)
  }

  @Test func aGoneReceiverThatIsJudgedOtherwiseStays() async throws {
    #expect(try await attempt(410, .retry).transition.disablesWebhook == false)
    #expect(try await attempt(410, nil).transition.disablesWebhook)
  }

  @Test(arguments: [(204, DeliveryState.delivered), (500, .retrying)])
  func withoutAJudgementTheStatusDecides(_ status: Int, _ state: DeliveryState) async throws {
    let completed = try await attempt(ReceivedResponse(status: status), FixedJudge(ResponseRuling(nil, log: "response failed\n")))
    #expect(completed.transition.state == state)
    #expect(completed.attempt?.log == "ran\nresponse failed\n")
  }

  @Test func aJudgeSeesMoreOfTheBodyThanIsKept() async throws {
    let judge = FixedJudge(ResponseRuling(.dead, reason: "why"))
    let completed = try await attempt(ReceivedResponse(status: 200, body: [UInt8](repeating: 1, count: 65_536)), judge)
    #expect(judge.bodyCounts == [65_536])
    #expect(completed.attempt?.response?.body.count == 4096)
    #expect(completed.attempt?.response?.isTruncated == true)
  }

  @Test func nothingIsJudgedWithoutAnAnswer() async throws {
    let judge = FixedJudge(ResponseRuling(.delivered))
    let fixture = EngineFixture(answers: [.failure(AttemptFailure(.timeout, "too slow"))], pipeline: FixedPipeline(judge: judge))
    let webhook = try fixture.makeWebhook { $0.pipeline = [.script("")] }
    let completed = try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id)))
    #expect(completed.transition.state == .retrying)
    #expect(judge.bodyCounts == [])
  }

  @Test func anAttemptTellsThePluginsThatItRan() async throws {
    let slack = PluginVersion(name: "slack", revision: 3)
    for verdict in [PipelineVerdict.send(body: nil, overrides: RequestOverrides()), .dropped(reason: "no tag"), .failed("boom")] {
      let fixture = EngineFixture(pipeline: FixedPipeline(verdict: verdict, plugins: [slack]))
      let webhook = try fixture.makeWebhook { $0.pipeline = [.script("")] }
      let completed = try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id)))
      #expect(completed.attempt?.plugins == [slack])
    }
  }
}
