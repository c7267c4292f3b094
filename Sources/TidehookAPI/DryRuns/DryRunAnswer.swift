// Dry runs in the words of the API, for the terminal, which runs them itself.

package import TidehookCore

/// The answer of a dry run that no server ran.
package struct DryRunAnswer {
  private var report = DryRunReport()

  /// Makes an answer without results.
  package init() {}

  /// Adds what became of an event.
  package mutating func add(_ run: DryRun, of event: Event) {
    report.add(run, of: event)
  }

  /// The answer as JSON.
  package consuming func bytes() -> [UInt8] { report.finished(nil).bytes }
}
