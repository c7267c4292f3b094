// `tidehook keys`: who else may use the API, and in which namespaces.

import ArgumentParser
import TidehookCore

/// The commands on keys.
struct Keys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make keys that are limited to namespaces, see them, remove them; with the admin key.",
    subcommands: [KeysAdd.self, KeysList.self, KeysRemove.self])
}

struct KeysAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Make a key.",
    discussion: """
      Without --namespace it may use every namespace, but not what is the admin key's alone.

      Example: tidehook keys add "team a" --namespace project-a --namespace project-b --expires 90d
      """)

  @Argument(help: "What people call it; it stands beside each change that is made with it.")
  var name: String

  @Option(help: "A namespace that it is limited to; may be repeated.")
  var namespace: [String] = []

  @Option(help: ArgumentHelp("From when on it is refused: as in 2030-04-13T10:30:00Z, or in how long, as in 90d.", valueName: "time"))
  var expires: String?

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    var members = [JSONValue.Member("name", .string(name))]
    if !namespace.isEmpty { members.append(.init("namespaces", .array(namespace.map { .string($0) }))) }
    if let expires { members.append(.init("expires_at", .string(try Self.expiry(expires, now: Timestamp.systemNow())))) }
    let answer = try await options.client().json("POST", "/v1/keys", body: .object(members))
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    var facts = FactSheet()
    facts.add("id", answer.value["id"]?.stringValue, .bold)
    facts.add("name", answer.value["name"]?.stringValue)
    facts.add("namespaces", answer.value.namespaces)
    facts.add("expires", answer.value.time("expires_at") ?? "never")
    facts.add("key", answer.value["key"]?.stringValue, .accent)
    facts.write(to: Terminal.standardOutput)
    Terminal.standardError.write("keep the key: it is not shown again\n")
  }

  /// A time as the API wants it; what is neither a time nor a span is left to the API, which says so.
  private static func expiry(_ text: String, now: Timestamp) throws(CommandFailure) -> String {
    let seconds: [Character: Int64] = ["m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ seconds[$0] }), let count = Int64(text.dropLast()) else { return text }
    guard (1...36_500).contains(count) else { throw CommandFailure(.usage, "--expires: expected 1 to 36500 of m, h or d, not \(text)") }
    return (now + .seconds(count * unit)).rfc3339
  }
}

struct KeysList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the keys; the admin key is not among them.")

  @OptionGroup(title: "Page") var page: PageOptions
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let answer = try await options.client().json("GET", "/v1/keys", query: page.query)
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    var table = Table(["ID", "NAME", "NAMESPACES", "CREATED", "EXPIRES"])
    for row in answer.rows {
      table.add(
        .init(row["id"]?.stringValue), .init(row["name"]?.stringValue), .init(row.namespaces), .init(row.time("created_at")),
        .init(row.time("expires_at") ?? "never"))
    }
    page.write(table, answer, nothing: "no keys but the admin key; add one with `tidehook keys add NAME --namespace NAMESPACE`")
  }
}

struct KeysRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove a key, which is refused at once.")

  @Argument(help: "The key's id: key_….")
  var id: String

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    _ = try await options.client().call("DELETE", "/v1/keys/\(QueryString.escape(id))")
    if !options.json { Terminal.standardOutput.write("removed \(id)\n") }
  }
}

extension JSONValue {
  /// What a key is limited to.
  fileprivate var namespaces: String {
    self["namespaces"]?.elements.map { $0.compactMap(\.stringValue).joined(separator: ", ") } ?? "every one"
  }
}
