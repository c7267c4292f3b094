import Testing
import TidehookCore
import TidehookScripting

/// Requests to sources whose code is a script or a plugin.
@Suite struct SourceRunnerTests {
  private static let request = InboundRequest(
    method: "PUT", url: "https://example.com/in/src_1/a?x=1", path: "/a/b", query: "x=1&y=a+b%2F&x=2&flag&bad=%zz",
    headers: [HeaderField("X-Type", "push"), HeaderField("Accept", "a"), HeaderField("accept", "b")], body: Array(#"{"n":1}"#.utf8))

  private func receive(
    _ script: String, _ request: InboundRequest = Self.request, isVerified: Bool = true, change: (inout Source) -> Void = { _ in }
  ) async -> ReceptionResult {
    var source = SourceSamples.source(.script("function receive(request, ctx) \(script) end"))
    change(&source)
    return await SourceRunner(runtime: LuaRuntime(threads: 1)).receive(request, for: source, isVerified: isVerified, at: Samples.now)
  }

  @Test(arguments: [
    ("return { { event = 'a', data = request.json } }", #"[{"data":{"n":1},"event":"a"}]"#),
    ("return { { a = request.method, b = request.path, c = request.body } }", #"[{"a":"PUT","b":"/a/b","c":"{\"n\":1}"}]"#),
    ("return { request.headers }", #"[{"x-type":"push","accept":"a, b"}]"#),
    ("return { request.query }", #"[{"x":["1","2"],"y":"a b/","flag":"","bad":"%zz"}]"#),
    (
      "return { { now = ctx.now, source = ctx.source, verified = ctx.verified, options = ctx.options } }",
      #"[{"now":"2026-01-01T00:00:00.000Z","options":{},"source":{"id":"src_00000000000000000000000001","name":"alerts"},"verified":true}]"#
    ),
    ("return { { namespace = ctx.namespace, webhook = tostring(ctx.webhook) } }", #"[{"webhook":"nil"}]"#),
    ("local t = json.decode('{\"b\":1,\"2\":0,\"b\":1.50}') return { t }", #"[{"2":0,"b":1.5}]"#),
    ("return {}, { status = 202, body = 'later' }", "answered 202 (text/plain; charset=utf-8) later"),
    ("return nil, 200, { challenge = request.path }", #"answered 200 (application/json) {"challenge":"/a/b"}"#),
    ("return nil, 301, 'elsewhere'", "answered 301 (text/plain; charset=utf-8) elsewhere"),
    ("return nil, 422, 'no title'", "answered 422 (text/plain; charset=utf-8) no title because no title"),
    ("return nil, 403", "answered 403  because refused with status 403"),
    ("return {}, { status = 429, headers = { ['Retry-After'] = '5' } }", "answered 429 Retry-After: 5  because refused with status 429"),
    ("return { { event = 'a' } }, { status = 202 }", #"[{"event":"a"}] 202 "#),
    ("error('oops')", "failed: script:1: oops"), ("return 5", "failed: script: receive must return events as a table, not a number"),
  ])
  func codeSeesTheRequestAndDecides(script: String, expected: String) async {
    let summary = await receive(script).summary
    #expect(summary == expected || expected.hasPrefix("failed: ") && summary.hasPrefix(expected), "\(summary)")
  }

  @Test func aSourcesNamespaceIsInTheContext() async {
    let result = await receive("return { { a = ctx.namespace } }") { $0.namespace = Namespace("team-a") }
    #expect(result.summary == #"[{"a":"team-a"}]"#)
  }

  @Test func eventsOfAnUnverifiedRequestAreAFailureAndAnswersAreNot() async {
    let events = await receive("return { { event = 'a', data = { verified = ctx.verified } } }", isVerified: false)
    #expect(
      events.summary
        == "failed: receive returned events for a request that was not verified; where ctx.verified is false it may only answer")
    let none = await receive("return {}, { headers = { Allow = 'POST' } }", isVerified: false)
    #expect(none.summary == "answered 200 Allow: POST ")
    #expect(await receive("return nil, 204", isVerified: false).summary == "answered 204 ")
  }

  @Test func bytesThatAreNoTextAreTaken() async {
    var request = Self.request
    request.body = [0xFF, 0x00, 0x7B]
    let result = await receive("return { { hex = hex.encode(request.body), json = tostring(request.json) } }", request)
    #expect(result.summary == #"[{"hex":"ff007b","json":"nil"}]"#)
  }

  @Test(arguments: [VerificationScheme.bearer, .apiKey, .gitlab, .path])
  func credentialsDoNotReachTheCode(scheme: VerificationScheme) async {
    var request = Self.request
    request.path = "/s3cr3t-token"
    request.headers = [HeaderField("X-Token", "s3cr3t-token"), HeaderField("Authorization", "Bearer s3cr3t-token")]
    let result = await receive("return { { h = request.headers, p = request.path } }", request) {
      $0.verify = VerificationRule(scheme)
      $0.secrets = [Secret("s3cr3t-token")]
    }
    let path = scheme == .path ? "" : "/s3cr3t-token"
    #expect(result.summary == #"[{"h":{"x-token":"<secret>","authorization":"Bearer <secret>"},"p":"\#(path)"}]"#)
  }

  @Test func secretsAreHiddenInWhatPeopleAreShown() async {
    let secrets: (inout Source) -> Void = { $0.secrets = [Secret("hunter2hunter2")] }
    let refused = await receive("print('log hunter2hunter2') return nil, 400, 'not hunter2hunter2'", change: secrets)
    #expect(refused.log == "log <secret>\n")
    #expect(refused.summary.hasSuffix("because not <secret>"))
    #expect(await receive("error('hunter2hunter2')", change: secrets).summary.hasPrefix("failed: script:1: <secret>"))
  }

  @Test func aRunawayScriptIsStoppedAndTheNextRequestIsServed() async {
    let runner = SourceRunner(runtime: LuaRuntime(threads: 1))
    let loop = SourceSamples.source(.script("function receive() while true do end end"))
    let other = SourceSamples.source(.script("function receive() return { { event = 'a', data = {} } } end"), number: 2)
    #expect(await runner.receive(Self.request, for: loop, isVerified: true, at: Samples.now).summary.contains("limit"))
    #expect(await runner.receive(Self.request, for: other, isVerified: true, at: Samples.now).summary == #"[{"data":{},"event":"a"}]"#)
  }

  @Test func aSourceThatChangedRunsItsNewScript() async {
    let runtime = LuaRuntime(threads: 1)
    let runner = SourceRunner(runtime: runtime)
    var source = SourceSamples.source(.script("function receive() return {} end"))
    for _ in 0..<3 { #expect(await runner.receive(Self.request, for: source, isVerified: true, at: Samples.now).summary == "[]") }
    #expect(runtime.compilations == 1)
    source.code = .script("function receive() return nil, 204 end")
    source.revision = 2
    #expect(await runner.receive(Self.request, for: source, isVerified: true, at: Samples.now).summary == "answered 204 ")
    #expect(runtime.compilations == 2)
  }

  @Test func withoutCodeNothingRuns() async {
    let runner = SourceRunner(runtime: LuaRuntime(threads: 1))
    let result = await runner.receive(Self.request, for: SourceSamples.source(.body), isVerified: true, at: Samples.now)
    #expect(result.summary == "failed: the source has neither a plugin nor a script")
  }

  @Test(
    arguments: [
      ("function receive() return {} end", String?.none), ("x = = 1", "script:1: unexpected symbol near '='"),
      ("function filter() return true end", "script: the script does not define 'receive'"),
      ("return { receive = 5 }", "script: 'receive' must be a function, not a number"),
    ] as [(String, String?)])
  func scriptsAreCheckedBeforeTheyAreSaved(script: String, problem: String?) async {
    let runner = SourceRunner(runtime: LuaRuntime(threads: 1))
    do throws(PipelineError) {
      try await runner.check(.script(script))
      #expect(problem == nil)
    } catch {
      #expect(error.member == "script" && error.message == problem)
    }
  }
}

/// Sources for tests.
enum SourceSamples {
  static func source(_ code: SourceCode, number: Int64 = 1, verify: VerificationScheme = .github) -> Source {
    Source(
      id: SourceID(TimeOrderedID(key: 0, entropy: UInt64(number))), name: "alerts", code: code, verify: VerificationRule(verify),
      createdAt: Samples.now, updatedAt: Samples.now)
  }
}

extension ReceptionResult {
  var summary: String {
    switch reception {
    case .events(let bytes, let answer): String(decoding: bytes, as: UTF8.self) + (answer.map { " \($0.summary)" } ?? "")
    case .answered(let answer, let reason): "answered \(answer.summary)\(reason.map { " because \($0)" } ?? "")"
    case .failed(let message): "failed: \(message)"
    }
  }
}
