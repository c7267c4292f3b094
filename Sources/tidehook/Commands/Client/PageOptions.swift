// The options of lists, which the API answers a page at a time.

import ArgumentParser

/// Which page of a list.
struct PageOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many rows at most.", valueName: "count"))
  var limit: Int?

  @Option(help: ArgumentHelp("Where to go on: what the page before named.", valueName: "cursor"))
  var cursor: String?

  /// The page as query parameters.
  var query: [(String, String?)] {
    [("limit", limit.map(String.init)), ("cursor", cursor)]
  }

  /// Writes a page's table, and on standard error what else there is to know.
  /// - Parameter nothing: what to say when the page is empty.
  func write(_ table: Table, _ answer: JSONAnswer, nothing: String) {
    guard !answer.rows.isEmpty || answer.nextCursor != nil else { return Terminal.standardError.write(nothing + "\n") }
    // A search may have more to look through than one request does.
    if !answer.rows.isEmpty { table.write(to: Terminal.standardOutput) }
    if let next = answer.nextCursor { Terminal.standardError.write("more with --cursor \(next)\n") }
  }
}

/// Which time a list is about.
struct TimeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Only from this time on: as in 2026-04-13T10:30:00Z, or how long ago, as in 30m.", valueName: "time"))
  var since: String?

  @Option(help: ArgumentHelp("Only before this time, written likewise.", valueName: "time"))
  var until: String?

  /// The times as query parameters.
  var query: [(String, String?)] {
    [("since", since), ("until", until)]
  }
}
