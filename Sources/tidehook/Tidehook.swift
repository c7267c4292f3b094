// The command `tidehook` and its subcommands.

import ArgumentParser

/// The whole program.
@main
struct Tidehook: AsyncParsableCommand {
  /// The version, as `--version` and the `User-Agent` of deliveries tell it.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "tidehook",
    abstract: "A self-hosted webhook gateway with Lua filters and transforms.",
    version: version,
    subcommands: [
      Serve.self, Webhooks.self, Sources.self, Events.self, Deliveries.self, Replays.self, Stats.self, Plugins.self, Keys.self,
      ConsoleCommands.self, Listen.self, Sign.self, Verify.self, Compact.self, OpenAPI.self,
      LuaAPI.self, Lifecycle.self,
    ])
}
