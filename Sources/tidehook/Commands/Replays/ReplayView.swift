// Shows a replay and how far it has come.

import TidehookCore

/// A replay, for people.
struct ReplayView {
  private let replay: JSONValue

  init(_ replay: JSONValue) {
    self.replay = replay
  }

  /// How many of its deliveries are dealt with.
  static func done(_ replay: JSONValue) -> Int {
    ["replayed", "created", "skipped"].reduce(0) { $0 + (replay[$1]?.integerValue.map(Int.init) ?? 0) }
  }

  /// `37 of 120`; without the total while that is counted.
  static func progress(_ replay: JSONValue) -> String {
    replay["total"]?.integerValue.map { "\(done(replay)) of \($0)" } ?? "counting"
  }

  /// The colour of a state.
  static func style(ofState state: String) -> Style {
    switch state {
    case "done": .good
    case "counting", "running": .waiting
    default: .dim
    }
  }

  /// Writes the facts.
  func write(to terminal: Terminal) {
    let state = replay["state"]?.stringValue ?? ""
    var facts = FactSheet()
    facts.add("replay", replay["id"]?.stringValue, .bold)
    facts.add("state", state, Self.style(ofState: state))
    facts.add("waiting", replay["waiting"]?.stringValue, .waiting)
    facts.add("progress", Self.progress(replay))
    facts.add("replayed", replay["replayed"]?.plainText)
    facts.add("created", replay["created"].flatMap(count))
    facts.add("skipped", replay["skipped"].flatMap(count))
    facts.add("webhook", replay["webhook"]?.stringValue)
    facts.add("states", replay.texts("states"))
    facts.add("missing", replay["missing"]?.boolValue == true ? "yes" : nil)
    facts.add("types", replay.texts("types"))
    facts.add("namespace", replay["namespace"]?.stringValue)
    facts.add("since", replay.time("since"))
    facts.add("until", replay.time("until"))
    facts.add("error", replay["error"]?.stringValue)
    facts.add("runs", replay["revision"]?.stringValue)
    facts.add("rate", replay["rate"].map { "\($0.plainText) per second" })
    facts.add("made by", replay["made_by"]?.stringValue)
    facts.add("created at", replay.time("created_at"))
    facts.add("ended at", replay.time("ended_at"))
    facts.write(to: terminal)
  }

  /// A count, unless it is nothing.
  private func count(_ value: JSONValue) -> String? { value == 0 ? nil : value.plainText }
}
