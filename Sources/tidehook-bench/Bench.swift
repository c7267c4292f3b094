// The benchmark program: `tidehook-bench` measures, `tidehook-bench relay` is the floor that it measures against.

import ArgumentParser

/// The entry point.
@main struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tidehook-bench", abstract: "Measure Tidehook on this machine, generator and receiver included.",
    subcommands: [MeasureCommand.self, RelayCommand.self], defaultSubcommand: MeasureCommand.self)
}
