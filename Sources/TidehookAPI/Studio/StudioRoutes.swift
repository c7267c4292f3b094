// The calls that help to write scripts: which events there are, what stands in them, and what the host library offers.

import Hummingbird
import TidehookCore

/// `/v1/events/types`, `/v1/events/paths` and `/v1/scripting/library`.
struct StudioRoutes: Sendable {
  let history: any History
  let time: any TimeSource
  /// What the functions for scripts declare of themselves, a JSON array.
  let library: [UInt8]

  var routes: [Route] { [Route(Self.types, types), Route(Self.paths, paths), Route(Self.functions, functions)] }

  /// More names are not told.
  private static let maximumNames = 500
  /// The names of a limited key's events are those of so many of its newest.
  private static let readEvents = (count: 1000, bytes: 8 << 20)

  private func types(_ request: APIRequest) async throws -> Response {
    let (types, namespaces, isAtLeast) = try await uses(for: request.principal)
    var json = JSONWriter(reserving: 128 * (types.count + namespaces.count + 1))
    json.beginObject()
    json.uses(types, "types", "event")
    json.uses(namespaces, "namespaces", "namespace")
    json.key("at_least")
    json.bool(isAtLeast)
    json.endObject()
    return .json(json)
  }

  private func uses(for principal: Principal) async throws(StoreError) -> (types: [EventUse], namespaces: [EventUse], isAtLeast: Bool) {
    guard let limits = principal.namespaces else {
      let types = try await history.eventUses(.types, limit: Self.maximumNames)
      let namespaces = try await history.eventUses(.namespaces, limit: Self.maximumNames)
      return (types, namespaces, max(types.count, namespaces.count) == Self.maximumNames)
    }
    // No index has the types of a namespace.
    let (count, bytes) = Self.readEvents
    let events = try await history.events(EventFilter(namespaces: limits), before: nil, limit: count, maxBytes: bytes)
    let isAtLeast = events.count == count || events.reduce(0) { $0 + $1.payload.count } >= bytes
    return (Self.uses(of: events, \.type.name), Self.uses(of: events, \.namespace.name), isAtLeast)
  }

  /// - Parameter events: the newest first.
  private static func uses(of events: [Event], _ name: (Event) -> String) -> [EventUse] {
    var uses: [String: EventUse] = [:]
    for event in events where uses[name(event)] == nil {
      uses[name(event)] = EventUse(name: name(event), lastID: event.id, lastAt: event.acceptedAt)
    }
    return uses.values.sorted { $0.name < $1.name }
  }

  private func paths(_ request: APIRequest) async throws -> Response {
    let query = request.query
    let count = try query.value("last", "a number of 1...200") { Int($0).flatMap { (1...200).contains($0) ? $0 : nil } } ?? 50
    let filter = try EventFilter(query, from: request.principal, now: time.now())
    let found = try await EventHunt(filter, pattern: try query.eventPattern(), limit: count).find(in: history, before: nil)
    var paths = EventPaths()
    for event in found.events { paths.add(event.payload) }
    var json = JSONWriter(reserving: 64 + 128 * paths.paths.count)
    json.paths(paths)
    return .json(json)
  }

  private func functions(_ request: APIRequest) -> Response {
    var json = JSONWriter(reserving: library.count + 32)
    json.beginObject()
    json.key("functions")
    json.raw(library)
    json.endObject()
    return .json(json)
  }
}

extension JSONWriter {
  fileprivate mutating func uses(_ uses: [EventUse], _ name: String, _ member: String) {
    key(name)
    beginArray()
    for use in uses {
      beginObject()
      key(member)
      string(use.name)
      key("last_id")
      string(use.lastID.rawValue)
      key("last_at")
      string(use.lastAt.rfc3339)
      endObject()
    }
    endArray()
  }

  fileprivate mutating func paths(_ paths: EventPaths) {
    beginObject()
    key("events")
    integer(paths.events)
    key("paths")
    beginArray()
    for path in paths.paths {
      beginObject()
      key("path")
      string(path.name)
      key("type")
      optional(path.types.first)
      key("types")
      beginArray()
      for type in path.types { string(type) }
      endArray()
      key("count")
      integer(path.count)
      key("example")
      value(path.example)
      endObject()
    }
    endArray()
    endObject()
  }
}

extension StudioRoutes {
  static let operations = [types, paths, functions]

  private static let types = Operation(
    id: "listEventTypes", method: .get, path: "/v1/events/types", isScoped: true,
    summary: "List the types and the namespaces that events have.", answer: "EventUses")

  private static let paths = Operation(
    id: "listEventPaths", method: .get, path: "/v1/events/paths", isScoped: true,
    summary: "List what stands in the newest events, as scripts find it.",
    query: [
      QueryParameter("event", "Only in events of this type, or of types like memory.*."),
      QueryParameter("namespace", "Only in events in this namespace."),
      QueryParameter("last", "In how many of the newest, 1 to 200, 50 unless given."),
    ], answer: "EventPaths")

  private static let functions = Operation(
    id: "showScriptLibrary", method: .get, path: "/v1/scripting/library", isScoped: true,
    summary: "Show what the functions for scripts declare of themselves.", answer: "ScriptLibrary")
}
