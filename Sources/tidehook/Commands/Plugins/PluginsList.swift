// `tidehook plugins list` and `show`: the plugins there are, here or on a server.

import ArgumentParser
import TidehookCore
import TidehookScripting

struct PluginsList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the plugins of the plugin folder and the shipped ones; with --server, those that a server has.")

  @OptionGroup var location: PluginFolderOption
  @OptionGroup(title: "Server") var client: ClientOptions

  func run() async throws {
    let rows = client.server.server == nil ? try await localRows() : try await client.client().json("GET", "/v1/plugins").rows
    guard !client.json else { return Terminal.standardOutput.writeLine(JSONValue.object([.init("data", .array(rows))]).bytes) }
    guard !rows.isEmpty else { return Terminal.standardError.write("no plugins\n") }
    let isLocal = rows.contains { $0["from"] != nil }
    var table = Table(["NAME", "KIND", "VERSION", isLocal ? "FROM" : "REVISION", "SUMMARY"])
    for row in rows {
      let problem = row["problem"]?.stringValue
      table.add(
        .init(row["name"]?.stringValue, .bold), .init(row["kind"]?.stringValue), .init(row["version"]?.stringValue),
        .init((isLocal ? row["from"] : row["revision"])?.plainText, .dim),
        .init(problem.map { "does not load: \($0)" } ?? row["summary"]?.stringValue, problem == nil ? .plain : .bad))
    }
    table.write(to: Terminal.standardOutput)
  }

  /// The plugins as a gateway with this folder would have them.
  private func localRows() async throws(CommandFailure) -> [JSONValue] {
    let runtime = LuaRuntime(threads: 1)
    let own = try PluginTarget.all(in: PluginFolder(path: location.folder))
    let names = Set(own.map(\.name))
    let shipped = try PluginTarget.all(in: .shipped).filter { !names.contains($0.name) }
    var rows: [JSONValue] = []
    for target in (own + shipped).sorted(by: { $0.name < $1.name }) { rows.append(await target.description(with: runtime)) }
    return rows
  }
}

struct PluginsShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one plugin: what it does, its options, its README; with --server, as a server has it.")

  @Argument(help: "The plugin's name, or its folder.")
  var name: String

  @OptionGroup var location: PluginFolderOption
  @OptionGroup(title: "Server") var client: ClientOptions

  func run() async throws {
    let plugin: JSONValue
    if client.server.server == nil {
      plugin = try await local()
    } else {
      plugin = try await client.client().json("GET", "/v1/plugins/\(QueryString.escape(name))").value
    }
    guard !client.json else { return Terminal.standardOutput.writeLine(plugin.bytes) }
    PluginView(plugin).write(to: Terminal.standardOutput)
  }

  private func local() async throws(CommandFailure) -> JSONValue {
    let target = try PluginTarget.one(name, in: location)
    let readme = try PluginTarget.reading { () throws(PluginProblem) in try target.folder.text("README.md", of: target.name) }
    let description = await target.description(with: LuaRuntime(threads: 1))
    return .object((description.members ?? []) + [.init("readme", readme.map { .string($0) } ?? .null)])
  }
}

extension PluginTarget {
  /// Its manifest, where it is from, and why it does not load when it does not.
  fileprivate func description(with runtime: LuaRuntime) async -> JSONValue {
    let place = JSONValue.Member("from", .string(isShipped ? "shipped" : "folder"))
    do throws(PluginProblem) {
      let plugin = try await LoadedPlugin.load(try folder.files(of: name), with: runtime)
      return .object((plugin.manifest.json.members ?? []) + [place, .init("problem", .null)])
    } catch {
      return .object([.init("name", .string(name)), place, .init("problem", .string(error.description))])
    }
  }
}
