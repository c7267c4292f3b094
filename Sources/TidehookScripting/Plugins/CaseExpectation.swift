// What a case expects, and where a result differs from it.

import TidehookCore

/// The member `expect` of a case. Everything that it names must hold; what it does not name is not looked at, but the call must not fail
/// or drop the event unless it says so.
struct CaseExpectation: Sendable {
  private let expected: JSONValue

  private static let members = [
    "body", "untouched", "headers", "method", "url", "content_type", "drop", "error", "log", "options_error", "judgement", "reason",
    "events", "answer", "status", "message",
  ]

  init(_ expected: JSONValue, at place: String) throws(PluginProblem) {
    for member in expected.members ?? [] where !Self.members.contains(member.key) {
      throw PluginProblem(
        "\(place): expect: unknown member \(JSONValue.string(member.key).brief); known are \(Self.members.joined(separator: ", "))")
    }
    self.expected = expected
  }

  /// The options were refused, and nothing ran.
  func differences(toOptionsError message: String) -> [CaseDifference] {
    part("options_error", of: message)
  }

  /// The plugin ran.
  func differences(to result: ScriptResult, of test: PluginCase) -> [CaseDifference] {
    var differences = unless("options_error", got: nil)
    var instead: JSONValue?
    switch result.verdict {
    case .failed(let error):
      return differences + part("error", of: error.message) + log(result.log)
    case .dropped(let reason):
      differences += drop(reason)
    case .untouched:
      instead = ["body": test.eventBody]
      differences += request(body: test.eventBody, RequestOverrides(), isUntouched: true)
    case .body(let bytes, let isJSON, let overrides):
      let text = JSONValue.string(String(decoding: bytes, as: UTF8.self))
      let body = isJSON ? (try? JSONValue(parsing: bytes)) ?? text : text
      instead = ["body": body]
      differences += request(body: body, overrides, isUntouched: false)
    case .judged(let judgement, let reason):
      differences += exact("judgement", got: judgement.map { .string($0.rawValue) } ?? .null) + part("reason", of: reason)
    case .events(let events, let answer):
      differences +=
        exact("events", got: (try? JSONValue(parsing: events)) ?? .null) + self.answer(answer) + unless("status", got: nil)
        + unless("message", got: nil)
    case .rejected(let answer):
      differences +=
        exact("status", got: .integer(Int64(answer.status)), isNeeded: expected["answer"] == nil)
        + part("message", of: String(decoding: answer.body, as: UTF8.self)) + self.answer(answer) + unless("events", got: nil)
    }
    return differences + unless("error", got: instead) + log(result.log)
  }

  private func request(body: JSONValue, _ overrides: RequestOverrides, isUntouched: Bool) -> [CaseDifference] {
    var differences = unless("drop", got: ["body": body])
    if let untouched = expected["untouched"]?.boolValue, untouched != isUntouched {
      differences.append(CaseDifference("untouched", expected: .bool(untouched), got: isUntouched ? true : ["body": body]))
    }
    differences += Self.body("body", expected["body"], body)
    differences += exact("method", got: overrides.method.map { .string($0) })
    differences += exact("url", got: overrides.url.map { .string($0) })
    differences += exact("content_type", got: overrides.contentType.map { .string($0) })
    return differences + Self.headers("headers", expected["headers"], overrides.headers)
  }

  /// What the sender of a request is told; `null` is expected where it is the usual.
  private func answer(_ got: InboundAnswer?) -> [CaseDifference] {
    guard let wanted = expected["answer"] else { return [] }
    guard let got, wanted != .null else {
      return wanted == .null && got == nil ? [] : [CaseDifference("answer", expected: wanted, got: got.map { .integer(Int64($0.status)) })]
    }
    let text = JSONValue.string(String(decoding: got.body, as: UTF8.self))
    var differences = Self.headers("answer.headers", wanted["headers"], got.headers) + Self.body("answer.body", wanted["body"], text)
    let facts: [(String, JSONValue)] = [
      ("status", .integer(Int64(got.status))), ("content_type", got.contentType.map { .string($0) } ?? .null),
    ]
    for (name, value) in facts {
      if let fact = wanted[name] { differences += Self.compare("answer.\(name)", fact, value) }
    }
    return differences
  }

  /// Headers that are not expected are not looked at; `null` is expected of one that must not be there.
  private static func headers(_ place: String, _ expected: JSONValue?, _ got: [HeaderField]) -> [CaseDifference] {
    (expected?.members ?? []).compactMap { header in
      let value = got.first { $0.name.lowercased() == header.key.lowercased() }.map { JSONValue.string($0.value) }
      let wanted: JSONValue? = header.value == .null ? .none : header.value
      return value == wanted ? nil : CaseDifference("\(place).\(header.key)", expected: wanted, got: value)
    }
  }

  /// A body may be expected as the text that is sent, or as the JSON that it means.
  private static func body(_ place: String, _ expected: JSONValue?, _ got: JSONValue) -> [CaseDifference] {
    guard let wanted = expected else { return [] }
    switch (wanted.stringValue, got.stringValue) {
    case (.some, nil): return compare(place, wanted, .string(String(decoding: got.bytes, as: UTF8.self)))
    case (nil, let text?): return compare(place, wanted, (try? JSONValue(parsing: Array(text.utf8))) ?? got)
    case (nil, nil), (.some, .some): return compare(place, wanted, got)
    }
  }

  private func drop(_ reason: String) -> [CaseDifference] {
    switch expected["drop"] {
    case .some(.bool(true)): []
    case .some(.string(reason)): []
    case let wanted: [CaseDifference("drop", expected: wanted, got: .string(reason))]
    }
  }

  private func log(_ log: String) -> [CaseDifference] {
    guard let wanted = expected["log"] else { return [] }
    return wanted.stringValue.map(log.contains) ?? false ? [] : [CaseDifference("log", expected: wanted, got: .string(log))]
  }

  /// The expected text must be part of what came.
  private func part(_ member: String, of text: String?) -> [CaseDifference] {
    let wanted = expected[member]
    // An error that nobody expects is a failure; a reason that nobody asks for is not.
    if wanted == nil && member != "error" && member != "options_error" { return [] }
    if let text, let part = wanted?.stringValue, text.contains(part) { return [] }
    if wanted == .bool(true) && text != nil { return [] }
    return [CaseDifference(member, expected: wanted, got: text.map { .string($0) })]
  }

  private func exact(_ member: String, got: JSONValue?, isNeeded: Bool = false) -> [CaseDifference] {
    guard let wanted = expected[member] else { return isNeeded ? [CaseDifference(member, expected: nil, got: got)] : [] }
    guard let got else { return wanted == .null ? [] : [CaseDifference(member, expected: wanted, got: nil)] }
    return Self.compare(member, wanted, got)
  }

  /// What was expected did not happen.
  private func unless(_ member: String, got: JSONValue?) -> [CaseDifference] {
    guard let wanted = expected[member], wanted != .bool(false), wanted != .null else { return [] }
    return [CaseDifference(member, expected: wanted, got: got)]
  }

  private static func compare(_ member: String, _ wanted: JSONValue, _ got: JSONValue) -> [CaseDifference] {
    var differences: [CaseDifference] = []
    wanted.forEachDifference(to: got) { differences.append(CaseDifference(member, path: $0, expected: $1, got: $2)) }
    return differences
  }
}

extension PluginCase {
  /// What an untouched delivery sends.
  fileprivate var eventBody: JSONValue {
    switch input {
    case .event(let event), .response(_, let event): event
    case .events(let events): .array(events)
    case .request(let request): request.head
    }
  }
}
