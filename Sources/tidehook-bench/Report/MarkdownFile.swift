// Puts the findings into the documentation, between two marks; the text around them is written by people.

/// A Markdown file with a place for results.
enum MarkdownFile {
  static let begin = "<!-- results: begin (written by tidehook-bench) -->"
  static let end = "<!-- results: end -->"

  /// Replaces what is between the marks.
  static func update(_ path: String, with report: Report) throws {
    let text = try TextFile.read(path)
    guard let first = text.firstRange(of: begin), let last = text.firstRange(of: end), first.upperBound <= last.lowerBound else {
      throw BenchError("\(path) lacks the lines \"\(begin)\" and \"\(end)\"")
    }
    var tables = [ReportTable.machine(report.machine), ReportTable.scenarios(report)].map(\.markdown)
    if let scripts = report.scripts { tables.append(ReportTable.scripts(scripts).markdown) }
    if let console = report.console { tables.append(ReportTable.console(console).markdown) }
    if let pending = report.pending { tables.append(ReportTable.pending(pending).markdown) }
    tables.append(report.settingsText)
    try TextFile.write(text[..<first.upperBound] + "\n" + tables.joined(separator: "\n\n") + "\n" + text[last.lowerBound...], to: path)
  }
}

extension Report {
  /// The settings, in one sentence.
  var settingsText: String {
    "Each rate is measured for \(Figures.decimal(settings.duration, 0)) s after \(Figures.decimal(settings.warmup, 0)) s of warming up, "
      + "with \(settings.singleConnections) publishing connections (\(settings.batchConnections) with batches of \(settings.batchSize)), "
      + "\(settings.inFlight) requests in flight for each webhook, and at most \(Figures.rate(Double(settings.outstanding))) deliveries "
      + "outstanding. Every scenario ran in each of \(settings.rounds) rounds; each line is the round with the median rate, its ratio the "
      + "median of the rounds' ratios, each to the floor of its own round, its latencies those of the round with the median p99."
  }
}
