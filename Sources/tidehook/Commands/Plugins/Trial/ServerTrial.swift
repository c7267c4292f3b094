// Tries a registered webhook on the server that has it.

import TidehookCore

/// Dry runs over the API.
struct ServerTrial {
  let webhook: String
  let client: APIClient
  let json: Bool

  /// Runs the webhook over the events and reports.
  func run(_ trial: TrialEventOptions) async throws {
    var report = TrialReport(texts: ScriptTexts(), json: json)
    if let last = trial.last {
      try await runLast(last, trial, &report)
    } else {
      for event in try await trial.read(from: { () throws(CommandFailure) in client }) {
        let envelope = try JSONAnswer(event.payload, from: "the event").value
        let namespace = JSONValue.Member("namespace", .string(event.namespace.name))
        let answer = try await dryRun([.init("event", .object((envelope.members ?? []) + [namespace]))])
        for result in answer["results"]?.elements ?? [] { report.add(result, event: envelope) }
      }
    }
    try report.finish()
  }

  /// The latest events that the webhook wants; people see each beside its output, so each is fetched for them.
  private func runLast(_ count: Int, _ trial: TrialEventOptions, _ report: inout TrialReport) async throws(CommandFailure) {
    var members: [JSONValue.Member] = [.init("last", .integer(Int64(count)))]
    if !trial.types.isEmpty { members.append(.init("events", .array(trial.types.map { .string($0) }))) }
    if let namespace = trial.namespace { members.append(.init("namespace", .string(namespace))) }
    let answer = try await dryRun(members)
    for result in answer["results"]?.elements ?? [] {
      report.add(result, event: json ? .null : try await envelope(of: result["event_id"]?.stringValue ?? ""))
    }
    report.noteStop(answer["summary"]?["stopped"])
  }

  private func dryRun(_ members: [JSONValue.Member]) async throws(CommandFailure) -> JSONValue {
    try await client.json("POST", "/v1/dry-runs", body: .object([.init("webhook", .string(webhook))] + members)).value
  }

  private func envelope(of id: String) async throws(CommandFailure) -> JSONValue {
    let event = try await client.json("GET", "/v1/events/\(QueryString.escape(id))").value
    return .object(["id", "event", "timestamp", "data", "cloudevent"].compactMap { name in event[name].map { .init(name, $0) } })
  }
}
