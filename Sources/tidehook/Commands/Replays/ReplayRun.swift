// Replays many deliveries: counts them, asks, begins, and follows the job to its end.

import Glibc
import TidehookCore

/// One replay from the command line.
struct ReplayRun {
  let client: APIClient
  /// Which call begins it.
  let path: String
  /// What the call is told.
  let members: [JSONValue.Member]
  let options: ReplayRunOptions
  /// Whether to print JSON.
  let json: Bool

  /// How often the job is looked at.
  private static let interval = Duration.milliseconds(300)

  /// Runs the replay as far as the options say.
  func run() async throws {
    if options.preview || !options.yes {
      let preview = try await client.json("POST", path, body: .object(members + [JSONValue.Member("dry_run", true)]))
      guard !options.preview else { return showPreview(preview) }
      guard (preview.value["total"]?.integerValue ?? 0) > 0 else {
        if json { Terminal.standardOutput.writeLine(preview.bytes) } else { Terminal.standardError.write("nothing to replay\n") }
        return
      }
      guard try ask(preview.value) else { return Terminal.standardError.write("nothing was replayed\n") }
    }
    let begun = try await client.json("POST", path, body: .object(members))
    let id = begun.value["id"]?.stringValue ?? ""
    guard !options.detach else { return show(begun) }
    if !json { Terminal.standardError.write("replay \(id) goes on by itself; stop it with `tidehook replays cancel \(id)`\n") }
    show(try await follow(id))
  }

  private func show(_ replay: JSONAnswer) {
    if json { return Terminal.standardOutput.writeLine(replay.bytes) }
    ReplayView(replay.value).write(to: Terminal.standardOutput)
    let made = ["replayed", "created"].contains { replay.value[$0]?.integerValue ?? 0 > 0 }
    guard made, replay.value["state"]?.stringValue == "done" else { return }
    // Attempts take their time, and may fail again.
    Terminal.standardOutput.write("\nmade due again; see what became of them with `tidehook deliveries list`\n")
  }

  private func showPreview(_ preview: JSONAnswer) {
    guard !json else { return Terminal.standardOutput.writeLine(preview.bytes) }
    Terminal.standardOutput.write(Self.sentence(preview.value) + "\n")
    var table = Table(["DELIVERY", "STATE", "REASON", "TIME", "EVENT", "TYPE"], fixed: [0, 1])
    for row in preview.value["examples"]?.elements ?? [] {
      let state = row["state"]?.stringValue ?? "missing"
      table.add(
        .init(row["delivery_id"]?.stringValue ?? "-"), .init(state, DeliveryView.style(ofState: state)),
        .init(row["reason"]?.stringValue?.split(separator: "\n").first.map(String.init)), .init(row.time("at")),
        .init(row["event_id"]?.stringValue), .init(row["event_type"]?.stringValue))
    }
    if preview.value["examples"]?.elements?.isEmpty == false { table.write(to: Terminal.standardOutput) }
  }

  /// `1200 deliveries would be replayed, 30 missing ones made`
  private static func sentence(_ preview: JSONValue) -> String {
    let most = preview["is_complete"]?.boolValue == false ? "at least " : ""
    let missing = preview["missing_deliveries"]?.integerValue ?? 0
    let made = missing > 0 ? ", \(missing) missing ones made" : ""
    return "\(most)\(preview["deliveries"]?.integerValue ?? 0) deliveries would be replayed\(made)"
  }

  /// Whether the person at the terminal wants it; without one, `--yes` must say so.
  private func ask(_ preview: JSONValue) throws(CommandFailure) -> Bool {
    let sentence = Self.sentence(preview)
    guard isatty(STDIN_FILENO) == 1 else {
      throw CommandFailure(.usage, "\(sentence); begin with --yes, or see some of them with --preview")
    }
    Terminal.standardError.write("\(sentence). Begin? [y/N] ")
    let answer = readLine()?.lowercased() ?? ""
    return answer == "y" || answer == "yes"
  }

  /// Watches the job until it has ended.
  private func follow(_ id: String) async throws -> JSONAnswer {
    var bar: ProgressBar?
    var reason: String?
    while true {
      let answer = try await client.json("GET", "/v1/replays/\(QueryString.escape(id))")
      let waiting = answer.value["waiting"]?.stringValue
      if let waiting, waiting != reason {
        bar?.clear()
        Terminal.standardError.write("it waits: \(SafeText.line(waiting))\n")
      }
      reason = waiting
      let total = answer.value["total"]?.integerValue.map(Int.init)
      if bar == nil, let total { bar = ProgressBar(total: total, unit: "deliveries") }
      let done = ReplayView.done(answer.value)
      bar?.update(done: done, count: done)
      guard answer.value["ended_at"]?.stringValue == nil else {
        bar?.clear()
        return answer
      }
      try await Task.sleep(for: Self.interval)
    }
  }
}
