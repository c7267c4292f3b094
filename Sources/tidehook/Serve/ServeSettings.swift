// Reads the settings of `serve`, flag before environment before file, and refuses what makes no sense with one clear sentence.

import Configuration
import Foundation
import Glibc
import Logging
import SystemPackage
import TidehookAPI
import TidehookCore
import TidehookDatabases
import TidehookStorage
import Yams

/// A setting that stops the start.
struct SettingError: Error, CustomStringConvertible {
  let description: String
}

/// Everything that `serve` can be told.
struct ServeSettings {
  let host: String
  let port: Int
  let dataFolder: String
  let pluginsFolder: String
  let durability: Durability
  /// `nil` when there is none.
  let databasesFolder: DatabaseFolder?
  let allowedDestinations: [AddressRange]
  /// `nil` when there is none.
  let proxy: ForwardProxy?
  let apiKey: String?
  let rateLimit: RateLimit
  let drainTimeout: Duration
  /// The rule by which webhooks become inactive that have none of their own; `nil` for never.
  let autoDisable: AutoDisable?
  /// Whether receivers must prove whose they are.
  let verifiesOwnership: Bool
  let logLevel: Logger.Level
  /// The name by which receivers are asked for their consent.
  let origin: String
  /// Who may read metrics.
  let metricsAccess: MetricsAccess
  /// How long things are kept.
  let retention: RetentionPolicy
  /// How long sessions of the console last; `nil` when there is no console.
  let console: ConsoleRule?

  /// Reads the settings.
  /// - Parameters:
  ///   - flags: what was given on the command line, by setting.
  ///   - configFile: the YAML file, when one was named.
  init(flags: [Setting: String], configFile: String?) async throws {
    let source = try await Source(flags: flags, configFile: configFile)
    host = try source.text(.host)
    port = try source.number(.port, in: 0...65_535)
    dataFolder = try source.text(.data)
    pluginsFolder = try source.text(.plugins)
    guard try source.text(.store) == "sqlite" else { throw source.error(.store, expected: "sqlite") }
    durability = try source.choice(.durability)
    databasesFolder = try source.databases(besides: dataFolder)
    allowedDestinations = try source.ranges(.allowDestinations)
    proxy = try source.proxy()
    apiKey = try source.apiKey()
    rateLimit = RateLimit(count: try source.number(.rateLimitPerMinute, in: 1...1_000_000_000), perSeconds: 60)
    drainTimeout = .seconds(try source.number(.drainTimeoutSecs, in: 0...3600))
    autoDisable = try source.autoDisable()
    verifiesOwnership = try source.flag(.verifyOwnership)
    logLevel = try source.choice(.logLevel)
    origin = try source.origin()
    metricsAccess = try source.choice(.metricsAccess)
    retention = try source.retention()
    console = try source.console()
  }

  /// Where deliveries may go.
  var egressPolicy: EgressPolicy {
    guard let databasesFolder else { return EgressPolicy(allowed: allowedDestinations) }
    return EgressPolicy(allowed: allowedDestinations) { databasesFolder.problem(with: $0) }
  }
}

/// The layers of settings, the first that knows one wins.
private struct Source {
  private let layers: [(name: String, reader: ConfigReader)]
  /// What the file says about retention, when it is a mapping or a text.
  private var retentionInFile: [RetentionSetting]?

  init(flags: [Setting: String], configFile: String?) async throws {
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    for (setting, value) in flags {
      values[AbsoluteConfigKey([setting.rawValue])] = ConfigValue(.string(value), isSecret: false)
    }
    var layers = [
      ("flag", ConfigReader(provider: InMemoryProvider(values: values))),
      ("environment", ConfigReader(provider: EnvironmentVariablesProvider()).scoped(to: "tidehook")),
    ]
    if let configFile {
      let mapping = try Self.mapping(of: configFile)
      retentionInFile = try mapping["retention"].flatMap(RetentionYAML.settings)
      layers.append(("file", ConfigReader(provider: try await FileProvider<YAMLSnapshot>(filePath: FilePath(configFile)))))
    }
    self.layers = layers
  }

  /// A key that nobody reads is a typing error, and must not pass in silence.
  private static func mapping(of file: String) throws -> Node.Mapping {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw SettingError(description: "the configuration file \(file) cannot be read")
    }
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      let lines = "\(error)".split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      throw SettingError(description: "the configuration file \(file) is not YAML: \(lines.joined(separator: " "))")
    }
    guard let mapping = root?.mapping else {
      throw SettingError(description: "the configuration file \(file) must be a mapping of settings")
    }
    for key in mapping.keys where Setting(rawValue: key.string ?? "") == nil {
      let known = Setting.allCases.map(\.rawValue).joined(separator: ", ")
      throw SettingError(description: "the configuration file \(file) has the unknown setting \(key.string ?? "?"); known are \(known)")
    }
    return mapping
  }

  private func value(_ setting: Setting) -> String? {
    let key = ConfigKey([setting.rawValue])
    for layer in layers {
      if let text = layer.reader.string(forKey: key, isSecret: setting == .apiKey || setting == .proxy) { return text }
      if setting.isFlag, layer.name == "file", let flag = layer.reader.bool(forKey: key) { return "\(flag)" }
      if let list = layer.reader.stringArray(forKey: key), layer.name == "file" { return list.joined(separator: ",") }
    }
    return nil
  }

  func text(_ setting: Setting) throws -> String {
    let text = value(setting) ?? setting.defaultValue
    guard !text.isEmpty else { throw error(setting, expected: "a value") }
    return text
  }

  func number(_ setting: Setting, in range: ClosedRange<Int>) throws -> Int {
    guard let number = Int(try text(setting)), range.contains(number) else {
      throw error(setting, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func flag(_ setting: Setting) throws -> Bool {
    guard let flag = Bool(try text(setting)) else { throw error(setting, expected: "true or false") }
    return flag
  }

  func console() throws -> ConsoleRule? {
    let hours = try number(.consoleSessionHours, in: 1...8760)
    let minutes = try number(.consoleIdleMinutes, in: 1...525_600)
    return try flag(.console) ? ConsoleRule(life: .seconds(3600 * hours), idle: .seconds(60 * minutes)) : nil
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>(_ setting: Setting) throws -> Choice {
    guard let choice = Choice(rawValue: try text(setting)) else {
      throw error(setting, expected: Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  func autoDisable() throws -> AutoDisable? {
    guard let days = Double(try text(.autoDisableAfterDays)), (0...365).contains(days) else {
      throw error(.autoDisableAfterDays, expected: "a number from 0 to 365")
    }
    let failures = try number(.autoDisableMinFailures, in: 1...1_000_000)
    return days > 0 ? AutoDisable(afterDays: days, minFailures: failures) : nil
  }

  /// An empty database has a quarter of it: less is a slip, 20 for 20 GB, and would remove all that has ended.
  private static let leastDatabaseBytes = 1 << 20

  func retention() throws -> RetentionPolicy {
    let text = value(.retention)
    guard text?.isEmpty != true else { throw error(.retention, expected: "a value") }
    let maxBytes = try number(.maxDatabaseBytes, in: 0...Int.max)
    guard maxBytes == 0 || maxBytes >= Self.leastDatabaseBytes else {
      throw error(.maxDatabaseBytes, expected: "0 or at least \(Self.leastDatabaseBytes)")
    }
    do throws(RetentionProblem) {
      var policy = try RetentionPolicy(text.map(RetentionSetting.list) ?? retentionInFile ?? [])
      policy.maxDatabaseBytes = maxBytes > 0 ? Int64(maxBytes) : nil
      return policy
    } catch {
      throw SettingError(description: "retention: \(error)")
    }
  }

  func ranges(_ setting: Setting) throws -> [AddressRange] {
    try (value(setting) ?? "").split(separator: ",").map { part in
      let text = part.trimmingCharacters(in: .whitespaces)
      do {
        return try AddressRange(parsing: text)
      } catch {
        throw SettingError(description: "\(setting.rawValue): \(error)")
      }
    }
  }

  func databases(besides dataFolder: String) throws -> DatabaseFolder? {
    guard let path = value(.databases), !path.isEmpty else { return nil }
    guard let folder = DatabaseFolder(path: path, ownDatabase: SQLStore.databasePath(in: dataFolder)) else {
      throw error(.databases, expected: "a folder that is there")
    }
    return folder
  }

  /// The proxy's URL may have a password: it stays out of the message.
  func proxy() throws -> ForwardProxy? {
    guard let text = value(.proxy), !text.isEmpty else { return nil }
    do throws(JSONProblem) {
      return try ForwardProxy(parsing: text, isOperators: true)
    } catch {
      throw SettingError(description: "proxy: \(error)")
    }
  }

  /// A DNS name, so that it can stand in a header.
  func origin() throws -> String {
    let name = value(.origin) ?? ""
    guard name.utf8.count <= 253, name.utf8.allSatisfy({ isalnum(Int32($0)) != 0 || ".-_".utf8.contains($0) }) else {
      throw error(.origin, expected: "a DNS name like tide.example.com")
    }
    return name.isEmpty ? Self.hostName() : name
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0, name[0] != 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The key itself stays out of the message.
  func apiKey() throws -> String? {
    guard let key = value(.apiKey) else { return nil }
    guard AdminKey.isAcceptable(key) else {
      throw SettingError(description: "\(Setting.apiKey.environmentVariable) must be \(AdminKey.expectation)")
    }
    return key
  }

  func error(_ setting: Setting, expected: String) -> SettingError {
    SettingError(description: "\(setting.rawValue) must be \(expected), not \"\(value(setting) ?? setting.defaultValue)\"")
  }
}
