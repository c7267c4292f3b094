// Why a client command failed, and with which status the process ends.

import ArgumentParser

/// A failure that a person can act on: one sentence on standard error, and an exit status that scripts can tell apart.
struct CommandFailure: Error, CustomStringConvertible {
  /// The exit status of the process.
  enum Status: Int32 {
    /// The server answered, and said no; or what was tested, checked or tried failed.
    case refused = 1
    /// The command line or its input makes no sense.
    case usage = 2
    /// Nothing answers at the server's address (`EX_UNAVAILABLE` of sysexits).
    case unreachable = 69
  }

  /// How the process ends.
  let status: Status
  /// What happened and what to do about it.
  let description: String
  /// Whether somebody else changed first what was to be changed as it was read.
  var isOutdated = false

  init(_ status: Status, _ description: String) {
    self.status = status
    self.description = description
  }
}

extension Tidehook {
  /// Runs the command line of this process and exits.
  ///
  /// It differs from ArgumentParser's own `main` in two things: a misused command line exits with 2, as shells and most tools do,
  /// instead of 64, and a ``CommandFailure`` exits with its own status.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let failure as CommandFailure {
      Terminal.standardError.write("tidehook: \(failure)\n")
      exit(withError: ExitCode(failure.status.rawValue))
    } catch {
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      Terminal.standardError.write(fullMessage(for: error) + "\n")
      exit(withError: ExitCode(CommandFailure.Status.usage.rawValue))
    }
    exit(withError: nil)
  }
}
