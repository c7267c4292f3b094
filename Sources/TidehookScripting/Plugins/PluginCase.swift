// One case of cases.json: what a plugin is called with, and what should come out.

public import TidehookCore

/// A test of a plugin.
public struct PluginCase: Sendable {
  /// What the plugin is called with.
  public enum Input: Sendable {
    /// An event's envelope, for `filter` and `transform`.
    case event(JSONValue)
    /// Envelopes of events, for `transform_batch`.
    case events([JSONValue])
    /// A receiver's answer, for `response`; the event is `ctx.event`.
    case response(JSONValue, event: JSONValue)
    /// A request, for `receive`.
    case request(CaseRequest)
  }

  /// The rule that it states.
  public let name: String
  /// The options as a webhook would give them.
  public let options: JSONValue
  /// What the plugin is called with.
  public let input: Input
  /// Members of `ctx` that are not the usual ones.
  let context: JSONValue
  /// What should come out.
  let expectation: CaseExpectation

  /// In characters.
  private static let longestName = 300
  private static let members = ["name", "options", "event", "events", "response", "request", "ctx", "expect"]

  /// The cases of a plugin; none when it has no cases.json.
  public static func all(of name: String, in folder: PluginFolder) throws(PluginProblem) -> [PluginCase] {
    guard let text = try folder.text(PluginTester.file, of: name) else { return [] }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: Array(text.utf8))
    } catch {
      throw PluginProblem("\(PluginTester.file): \(error)")
    }
    guard let elements = value.elements ?? value["cases"]?.elements else {
      throw PluginProblem("\(PluginTester.file): expected an array of cases, got \(value.kindNoun)")
    }
    var cases: [PluginCase] = []
    for (index, element) in elements.enumerated() { cases.append(try PluginCase(element, number: index + 1)) }
    return cases
  }

  init(_ value: JSONValue, number: Int) throws(PluginProblem) {
    var place = "\(PluginTester.file): case \(number)"
    guard value.kind == .object else { throw PluginProblem("\(place): expected an object, got \(value.kindNoun)") }
    var fields = ManifestFields(value, of: place)
    if let name = value["name"]?.stringValue, !name.contains(where: \.isNewline) {
      place += " (\(name.prefix(Self.longestName)))"
      fields.rename(place)
    }
    try fields.expectOnly(Self.members)
    name = try fields.text("name", longest: Self.longestName)
    options = try fields.object("options") ?? [:]
    context = try fields.object("ctx") ?? [:]
    input = try Self.input(&fields, at: place)
    guard let expected = try fields.object("expect") else { throw fields.problem("expect", expected: "an object", got: nil) }
    expectation = try CaseExpectation(expected, at: place)
  }

  private static func input(_ fields: inout ManifestFields, at place: String) throws(PluginProblem) -> Input {
    if let events = fields.take("events") { return try Self.events(events, beside: &fields, at: place) }
    let event = try fields.object("event")
    let response = try fields.object("response")
    let request = try fields.object("request")
    switch (event, response, request) {
    case (let event, let response?, nil): return .response(response, event: CaseDefaults.event(event ?? [:]))
    case (nil, nil, let request?): return .request(try CaseRequest(request, at: place))
    case (let event?, nil, nil): return .event(CaseDefaults.event(event))
    default: throw PluginProblem("\(place): expected an event, events, a response or a request")
    }
  }

  private static func events(
    _ value: JSONValue, beside fields: inout ManifestFields, at place: String
  ) throws(PluginProblem) -> Input {
    for other in ["event", "response", "request"] where fields.take(other) != nil {
      throw PluginProblem("\(place): expected an event, events, a response or a request")
    }
    guard let events = value.elements, !events.isEmpty, events.allSatisfy({ $0.kind == .object }) else {
      throw fields.problem("events", expected: "an array of events", got: value)
    }
    return .events(events.map(CaseDefaults.event))
  }

  /// The call of the plugin.
  func job(for plugin: LoadedPlugin) -> ScriptJob {
    let context = CaseDefaults.context(context, of: input, options: plugin.manifest.options.filled(options)).bytes
    switch input {
    case .event(let event): return ScriptJob(script: plugin.source, event: event.bytes, context: context)
    case .events(let events):
      return ScriptJob(script: plugin.source, entry: .batch, event: JSONValue.array(events).bytes, context: context)
    case .response(let response, let event):
      return ScriptJob(
        script: plugin.source, entry: .response, event: CaseDefaults.response(response).bytes, original: event.bytes, context: context)
    case .request(let request):
      let document = RequestDocument(head: request.head.bytes, body: request.body)
      return ScriptJob(
        script: plugin.source, entry: .receive, event: document.head, context: context, body: document.body, json: document.json)
    }
  }
}

/// What a case need not say.
private enum CaseDefaults {
  static let time = JSONValue.string("2026-01-01T00:00:00.000Z")

  static func event(_ given: JSONValue) -> JSONValue {
    merge(["id": "evt_0000000000000000000000001", "event": "memory.created", "timestamp": time, "data": [:]], with: given)
  }

  static func context(_ given: JSONValue, of input: PluginCase.Input, options: JSONValue) -> JSONValue {
    if case .request = input {
      return merge(
        ["now": time, "options": options, "source": ["id": "src_00000000000000000000000001", "name": "test"], "verified": true],
        with: given)
    }
    var given = given
    if case .events(let events) = input, given["batch"] == nil {
      let batch: JSONValue = ["id": "bat_00000000000000000000000001", "count": .integer(Int64(events.count))]
      given = .object((given.members ?? []) + [JSONValue.Member("batch", batch)])
    }
    return merge(
      [
        "now": time, "namespace": "default", "options": options,
        "webhook": ["id": "wh_00000000000000000000000001", "name": "test"],
        "delivery": ["id": "dlv_00000000000000000000000001", "attempt": 1],
      ], with: given)
  }

  static func response(_ given: JSONValue) -> JSONValue { merge(["status": 200, "headers": [:], "body": ""], with: given) }

  /// Members in the order of the defaults, then those that only the case has.
  private static func merge(_ defaults: JSONValue, with given: JSONValue) -> JSONValue {
    let known = defaults.members ?? []
    let more = (given.members ?? []).filter { member in !known.contains { $0.key == member.key } }
    return .object(known.map { JSONValue.Member($0.key, given[$0.key] ?? $0.value) } + more)
  }
}
