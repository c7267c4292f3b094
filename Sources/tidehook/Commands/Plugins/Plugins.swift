// `tidehook plugins`: write plugins, try them, test them and look at them. A server is needed for none of it but its own events.

import ArgumentParser

/// The commands on plugins.
struct Plugins: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write, test and try plugins.",
    subcommands: [
      PluginsNew.self, PluginsTest.self, PluginsCheck.self, PluginsRun.self, PluginsBench.self, PluginsList.self, PluginsShow.self,
      PluginsCopy.self,
    ])
}
