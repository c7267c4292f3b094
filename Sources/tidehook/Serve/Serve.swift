// The command `serve`: flags, then the gateway.

import ArgumentParser
import Logging
import TidehookCore

/// Runs the gateway.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the gateway.",
    discussion: """
      Every option is also an environment variable (--allow-destinations is TIDEHOOK_ALLOW_DESTINATIONS) and a key of the YAML file \
      (allow_destinations). A flag beats the environment, which beats the file. The admin key is set with TIDEHOOK_API_KEY.
      """)

  @Option(help: help(.host)) var host: String?
  @Option(help: help(.port)) var port: String?
  @Option(help: help(.data)) var data: String?
  @Option(help: help(.plugins)) var plugins: String?
  @Option(help: help(.store)) var store: String?
  @Option(help: help(.durability)) var durability: String?
  @Option(help: help(.databases)) var databases: String?
  @Option(help: help(.allowDestinations)) var allowDestinations: String?
  @Option(help: help(.proxy, SecretText.help)) var proxy: String?
  @Option(help: help(.rateLimitPerMinute)) var rateLimitPerMinute: String?
  @Option(help: help(.drainTimeoutSecs)) var drainTimeoutSecs: String?
  @Option(help: help(.autoDisableAfterDays)) var autoDisableAfterDays: String?
  @Option(help: help(.autoDisableMinFailures)) var autoDisableMinFailures: String?
  @Option(help: help(.retention)) var retention: String?
  @Option(help: help(.maxDatabaseBytes)) var maxDatabaseBytes: String?
  @Option(help: help(.verifyOwnership)) var verifyOwnership: String?
  @Option(help: help(.origin)) var origin: String?
  @Option(help: help(.metricsAccess)) var metricsAccess: String?
  @Option(help: help(.console)) var console: String?
  @Option(help: help(.consoleSessionHours)) var consoleSessionHours: String?
  @Option(help: help(.consoleIdleMinutes)) var consoleIdleMinutes: String?
  @Option(help: help(.logLevel)) var logLevel: String?
  @Option(help: "A YAML file with settings (TIDEHOOK_CONFIG).") var config: String?

  func run() async throws {
    let settings: ServeSettings
    let flags = try self.flags()
    do {
      settings = try await ServeSettings(flags: flags, configFile: config ?? Environment["TIDEHOOK_CONFIG"])
    } catch {
      throw CommandFailure(.usage, "cannot serve: \(error)")
    }
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    var logger = Logger(label: "tidehook")
    logger.logLevel = settings.logLevel
    do {
      try await Gateway(settings: settings, logger: logger).run()
    } catch {
      throw CommandFailure(.refused, "cannot serve: \(error)")
    }
  }

  private func flags() throws(CommandFailure) -> [Setting: String] {
    var way: String?
    if let proxy { way = try SecretText.value(proxy, option: "--proxy") }
    let given: [(Setting, String?)] = [
      (.host, host), (.port, port), (.data, data), (.plugins, plugins), (.store, store), (.durability, durability),
      (.databases, databases), (.allowDestinations, allowDestinations), (.proxy, way), (.rateLimitPerMinute, rateLimitPerMinute),
      (.drainTimeoutSecs, drainTimeoutSecs), (.autoDisableAfterDays, autoDisableAfterDays),
      (.autoDisableMinFailures, autoDisableMinFailures), (.retention, retention), (.maxDatabaseBytes, maxDatabaseBytes),
      (.verifyOwnership, verifyOwnership), (.origin, origin),
      (.metricsAccess, metricsAccess), (.console, console), (.consoleSessionHours, consoleSessionHours),
      (.consoleIdleMinutes, consoleIdleMinutes), (.logLevel, logLevel),
    ]
    return Dictionary(uniqueKeysWithValues: given.compactMap { setting, value in value.map { (setting, $0) } })
  }

  private static func help(_ setting: Setting, _ more: String? = nil) -> ArgumentHelp {
    let summary = setting.defaultValue.isEmpty || setting.isFlag ? setting.summary : "\(setting.summary) (default: \(setting.defaultValue))"
    return ArgumentHelp("\(summary)\(more.map { " \($0)." } ?? "")")
  }
}
