// Which folder holds the plugins.

import ArgumentParser

/// `--plugins`, as `serve` has it.
struct PluginFolderOption: ParsableArguments {
  @Option(help: ArgumentHelp("The folder of the plugins (environment: TIDEHOOK_PLUGINS; default: ./plugins).", valueName: "folder"))
  var plugins: String?

  /// The folder, which need not exist.
  var folder: String { plugins ?? Environment["TIDEHOOK_PLUGINS"] ?? "./plugins" }
}
