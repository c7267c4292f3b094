// `tidehook compact`: rewrites the database of a server that is stopped.

import ArgumentParser
import TidehookCore
import TidehookStorage

/// Makes the database file as small as what is in it.
struct Compact: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Rewrite the database so that it takes no more room than it needs; the server must be stopped.",
    discussion: """
      Takes twice as much free disk space as the database has content. Databases of releases that could not give room back while they ran can \
      afterwards.
      """)

  @Option(help: "The data folder (TIDEHOOK_DATA; default: \(Setting.data.defaultValue)).")
  var data: String?

  func run() async throws {
    let folder = data ?? Environment[Setting.data.environmentVariable] ?? Setting.data.defaultValue
    do throws(StoreError) {
      let sizes = try SQLStore.compact(folder: folder)
      Terminal.standardOutput.write("compacted \(SQLStore.databasePath(in: folder)): \(sizes.before) bytes before, \(sizes.after) after\n")
    } catch {
      let hint = error.code == .busy ? "; stop the server first" : ""
      throw CommandFailure(.refused, "cannot compact: \(error)\(hint)")
    }
  }
}
