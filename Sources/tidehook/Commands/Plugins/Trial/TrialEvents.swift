// Which events a plugin is tried on: from files, from standard input, or those that a server keeps.

import ArgumentParser
import Glibc
import TidehookCore

/// `--event FILE|ID|-`, as often as wanted, or `--last N`.
struct TrialEventOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("An event: a file of one or many, - for standard input, or the id of one in the server.", valueName: "file|id"))
  var event: [String] = []

  @Option(help: ArgumentHelp("The server's latest events, so many.", valueName: "count"))
  var last: Int?

  @Option(help: ArgumentHelp("Of the latest events, those of these types, as in memory.*; separated by commas.", valueName: "types"))
  var events: [String] = []

  @Option(help: "Of the latest events, those of this namespace; for events from files, the namespace that they are in.")
  var namespace: String?

  func validate() throws {
    if let last, !(1...1000).contains(last) { throw ValidationError("--last is 1 to 1000.") }
    if last != nil && !event.isEmpty { throw ValidationError("Name --event or --last, not both.") }
    if last == nil && !events.isEmpty { throw ValidationError("--events chooses among the latest events: give --last too.") }
    for text in types where EventPattern(text) == nil {
      throw ValidationError("--events: expected \(EventPattern.expectation), got \(text).")
    }
    if let namespace, Namespace(namespace) == nil { throw ValidationError("--namespace: expected \(Namespace.expectation).") }
  }

  /// Whether no event was named.
  var isEmpty: Bool { event.isEmpty && last == nil }

  /// The types, or patterns of types, one by one.
  var types: [String] { events.flatMap { $0.split(separator: ",") }.map(String.init) }

  /// Reads the events.
  /// - Parameter client: makes the client of the server, when one is needed.
  func read(from client: () throws(CommandFailure) -> APIClient) async throws(CommandFailure) -> [Event] {
    if let last { return try await latest(last, from: try client()) }
    var found: [Event] = []
    for name in event {
      if Self.isFile(name) {
        found += try events(inFile: name)
        continue
      }
      do throws(CommandFailure) {
        found.append(try await stored(name, on: try client()))
      } catch {
        throw CommandFailure(error.status, "\(name) is no file here, so it is taken for an event's id: \(error)")
      }
    }
    return found
  }

  /// A name with a slash or a suffix, and one that exists, is a file's; the rest are ids.
  static func isFile(_ name: String) -> Bool {
    name == "-" || name.contains("/") || name.contains(".") || EventID(name) == nil || access(name, F_OK) == 0
  }

  private func events(inFile name: String) throws(CommandFailure) -> [Event] {
    let input = try Input(path: name)
    let shown = name == "-" ? "standard input" : name
    if input.isTerminal { throw CommandFailure(.usage, "nothing to read: pipe an event into standard input") }
    var reader = try EventReader(input)
    var found: [Event] = []
    while let batch = try reader.nextBatch() {
      for (place, bytes) in batch.events {
        let isAlone = place == 1 && reader.isAtEnd && batch.events.count == 1
        found.append(try TrialEvent.read(bytes, at: isAlone ? shown : "\(shown), event \(place)", namespace: wantedNamespace))
      }
    }
    guard !found.isEmpty else { throw CommandFailure(.usage, "\(shown) holds no event") }
    return found
  }

  private var wantedNamespace: Namespace? { namespace.flatMap { Namespace($0) } }

  private func stored(_ id: String, on client: APIClient) async throws(CommandFailure) -> Event {
    let bytes = try await client.call("GET", "/v1/events/\(QueryString.escape(id))")
    return try TrialEvent.read(bytes, at: id, namespace: nil)
  }

  /// The latest events that are of the types, newest first. Pages are read until there are enough. As for webhooks, operational events
  /// are only among them when their namespace is named.
  private func latest(_ count: Int, from client: APIClient) async throws(CommandFailure) -> [Event] {
    let patterns = types.compactMap { EventPattern($0) }
    var found: [Event] = []
    var cursor: String?
    repeat {
      let query = [("limit", "100"), ("namespace", namespace), ("event", exactType(patterns)), ("cursor", cursor)]
      let page = try JSONAnswer(try await client.call("GET", "/v1/events", query: query), from: "the server")
      for row in page.rows where found.count < count {
        let event = try TrialEvent.read(row.bytes, at: row["id"]?.stringValue ?? "an event", namespace: nil)
        guard namespace != nil || event.namespace != .operational else { continue }
        if patterns.isEmpty || patterns.contains(where: { $0.matches(event.type) }) { found.append(event) }
      }
      cursor = page.nextCursor
    } while found.count < count && cursor != nil
    guard !found.isEmpty else { throw CommandFailure(.refused, "the server keeps no such event") }
    return found
  }

  /// One type alone can be looked for by the server.
  private func exactType(_ patterns: [EventPattern]) -> String? {
    guard patterns.count == 1, case .exactly(let type) = patterns[0] else { return nil }
    return type.name
  }
}
