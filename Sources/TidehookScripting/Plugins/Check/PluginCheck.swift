// Looks for what is wrong with a plugin before it runs: errors that keep it from loading, and what is probably a mistake.

import TidehookCore

/// Something that is probably a mistake.
public struct PluginWarning: Sendable, Hashable {
  /// The file, by path below the plugin folder.
  public let file: String
  /// The line, from 1; `nil` when it is about the whole file.
  public let line: Int?
  /// What is odd.
  public let message: String
}

/// What a check found.
public struct PluginCheckReport: Sendable {
  /// The plugin's name.
  public let plugin: String
  /// What the plugin says of itself; `nil` when it cannot be loaded.
  public let manifest: PluginManifest?
  /// Why it cannot be loaded; `nil` when it can.
  public let problem: String?
  /// What is probably a mistake, by file and line.
  public let warnings: [PluginWarning]
}

/// Checks plugins without events.
///
/// Warnings come from the source alone, read with Lua's grammar: that of the plugin's own modules, and of the shared ones that they load
/// by a name that stands in the source. What it cannot see: globals that are reached through `_ENV` or `_G`, methods, modules that are loaded
/// and options that are read by a computed name (see ``OptionUses``).
public struct PluginCheck: Sendable {
  private let runtime: LuaRuntime

  /// Makes a check that compiles on `runtime`.
  public init(runtime: LuaRuntime) {
    self.runtime = runtime
  }

  /// Compiles a plugin, checks its manifest and its cases.json, and looks through its source.
  public func check(_ name: String, in folder: PluginFolder) async -> PluginCheckReport {
    do throws(PluginProblem) {
      let plugin = try await LoadedPlugin.load(try folder.files(of: name), with: runtime)
      _ = try PluginCase.all(of: name, in: folder)
      let warnings = try await sourceWarnings(plugin) + folderWarnings(plugin, folder)
      return PluginCheckReport(plugin: name, manifest: plugin.manifest, problem: nil, warnings: warnings.sorted(by: Self.isOrdered))
    } catch {
      return PluginCheckReport(plugin: name, manifest: nil, problem: error.description, warnings: [])
    }
  }

  private func sourceWarnings(_ plugin: LoadedPlugin) async -> [PluginWarning] {
    let all = plugin.files.texts.mapValues(LuaLexer.tokens)
    let sources = Self.inUse(all, by: plugin.files.name)
    let warnings = await undefinedGlobals(sources) + optionWarnings(plugin, sources) + missingModules(plugin, sources)
    return Array(Set(warnings))
  }

  /// Leaves out the shared modules that this plugin does not load.
  private static func inUse(_ sources: [String: [LuaToken]], by name: String) -> [String: [LuaToken]] {
    var found: [String: [LuaToken]] = [:]
    var waiting = sources.keys.filter { $0.hasPrefix("\(name)/") }
    while let file = waiting.popLast() {
      guard found[file] == nil, let tokens = sources[file] else { continue }
      found[file] = tokens
      waiting += required(in: tokens).map { $0.module.replacing(".", with: "/") + ".lua" }
    }
    return found
  }

  /// The modules that are loaded by a name that stands in the source, with their lines.
  private static func required(in tokens: [LuaToken]) -> [(module: String, line: Int)] {
    tokens.indices.compactMap { index in
      guard tokens[index].name == "require", index + 3 < tokens.count else { return nil }
      let isCall = tokens[index + 1].isSymbol("(")
      let argument = isCall ? tokens[index + 2] : tokens[index + 1]
      guard let module = argument.string, !isCall || tokens[index + 3].isSymbol(")") else { return nil }
      return (module, argument.line)
    }
  }

  private func undefinedGlobals(_ sources: [String: [LuaToken]]) async -> [PluginWarning] {
    let globals = sources.mapValues(LuaGlobals.init)
    let written = Set(globals.values.flatMap(\.writes).map(\.name)).union(["require", "_ENV"])
    let members = globals.mapValues { $0.members.filter { !written.contains(String($0.name.prefix { $0 != "." })) } }
    let names = Set(globals.values.flatMap(\.reads).map(\.name)).subtracting(written)
    let unknown = await notInLibrary(names.union(members.values.flatMap { $0 }.map(\.name)))
    return globals.flatMap { file, globals in
      globals.reads.filter { unknown.contains($0.name) }.map {
        PluginWarning(file: file, line: $0.line, message: "the global '\($0.name)' is never defined")
      }
        + (members[file] ?? []).filter { unknown.contains($0.name) }.map {
          PluginWarning(file: file, line: $0.line, message: "the library has no '\($0.name)'")
        } + variableWarnings(globals, in: file)
    }
  }

  /// Each variable once, where it is first assigned. A global function is a style; what is no function has mostly lost its `local`.
  private func variableWarnings(_ globals: LuaGlobals, in file: String) -> [PluginWarning] {
    var seen = Set(PluginFunction.allCases.map(\.rawValue) + ["_", "_ENV"])
    return globals.variables.filter { seen.insert($0.name).inserted }.map {
      PluginWarning(file: file, line: $0.line, message: "'\($0.name)' is assigned as a global variable: make it local")
    }
  }

  /// Asks the interpreter itself, which knows what scripts find in it.
  private func notInLibrary(_ names: Set<String>) async -> Set<String> {
    guard !names.isEmpty else { return [] }
    let script = ScriptSource(
      name: "globals",
      source: """
        return { transform = function(e)
          local unknown = json.array({})
          for _, name in ipairs(e.names) do
            local base, member = name:match("^([^.]+)%.(.+)$")
            local found = _ENV[base or name]
            if base and type(found) == "table" then found = found[member] elseif base then found = true end
            if found == nil then unknown[#unknown + 1] = name end
          end
          return unknown
        end }
        """)
    let event: JSONValue = ["names": .array(names.sorted().map { .string($0) })]
    guard case .body(let bytes, _, _) = await runtime.run(ScriptJob(script: script, event: event.bytes)).verdict else { return [] }
    return Set(((try? JSONValue(parsing: bytes))?.elements ?? []).compactMap(\.stringValue))
  }

  private func optionWarnings(_ plugin: LoadedPlugin, _ sources: [String: [LuaToken]]) -> [PluginWarning] {
    let uses = sources.mapValues(OptionUses.init)
    let schema = plugin.manifest.options
    let main = "\(plugin.files.name)/\(PluginFiles.mainFile)"
    // A shared module serves plugins with other options too.
    let unknown = uses.filter { $0.key.hasPrefix("\(plugin.files.name)/") }.flatMap { file, uses in
      uses.reads.filter { schema[$0.name] == nil }.map {
        PluginWarning(file: file, line: $0.line, message: "the option '\($0.name)' is read but not declared")
      }
    }
    let mentioned = uses.values.reduce(into: Set<String>()) { $0.formUnion($1.mentions) }
    let unused = schema.options.filter { !mentioned.contains($0.name) }.map {
      PluginWarning(file: main, line: nil, message: "the option '\($0.name)' is declared but never used")
    }
    let mute = schema.options.filter(\.summary.isEmpty).map {
      PluginWarning(file: main, line: nil, message: "the option '\($0.name)' has no description")
    }
    return unknown + unused + mute
  }

  private func missingModules(_ plugin: LoadedPlugin, _ sources: [String: [LuaToken]]) -> [PluginWarning] {
    let known = Set(plugin.files.modules.map(\.name))
    return sources.flatMap { file, tokens in
      Self.required(in: tokens).filter { !known.contains($0.module) }.map {
        PluginWarning(file: file, line: $0.line, message: "the module '\($0.module)' is not there")
      }
    }
  }

  private func folderWarnings(_ plugin: LoadedPlugin, _ folder: PluginFolder) throws(PluginProblem) -> [PluginWarning] {
    let name = plugin.files.name
    let files = try folder.fileNames(of: name)
    var warnings = ["README.md", PluginTester.file].filter { !files.contains($0) }.map {
      PluginWarning(file: "\(name)/\($0)", line: nil, message: "there is none")
    }
    warnings += files.filter { $0.hasSuffix(".lua") && !PluginName.isModuleFile($0) }.map {
      PluginWarning(file: "\(name)/\($0)", line: nil, message: "no module can have this name: it is never loaded")
    }
    return warnings
  }

  private static func isOrdered(_ one: PluginWarning, _ other: PluginWarning) -> Bool {
    (one.file, one.line ?? 0, one.message) < (other.file, other.line ?? 0, other.message)
  }
}
