// The findings as tables: aligned for a terminal, or in Markdown.

/// A table of texts.
struct ReportTable {
  let headings: [String]
  let rows: [[String]]

  /// The figures of the load scenarios.
  static func scenarios(_ report: Report) -> ReportTable {
    ReportTable(
      headings: [
        "scenario", "events/s", "deliveries/s", "of floor", "p50 ms", "p95 ms", "p99 ms", "CPU µs", "own CPU µs", "bytes", "peak RSS MB",
        "lost", "twice", "others",
      ],
      rows: report.outcomes.map(row))
  }

  /// The figures of the dead receiver scenario.
  static func pending(_ outcome: PendingOutcome) -> ReportTable {
    ReportTable(
      headings: ["dead receiver", "figure"],
      rows: [
        ["pending deliveries", Figures.rate(Double(outcome.deliveries))],
        ["accepted while attempts fail", "\(Figures.rate(outcome.acceptedPerSecond)) events/s"],
        ["peak RSS", "\(Figures.megabytes(outcome.peakResidentBytes)) MB"],
        ["data folder", "\(Figures.megabytes(outcome.dataBytes)) MB"],
        ["ready again after kill -9", "\(Figures.decimal(outcome.readyAfterKillSeconds, 2)) s"],
        ["peak RSS after that restart", "\(Figures.megabytes(outcome.restartedPeakResidentBytes)) MB"],
        ["ready again after SIGTERM", "\(Figures.decimal(outcome.readyAfterStopSeconds, 2)) s"],
      ])
  }

  /// The figures of the open console.
  static func console(_ outcome: ConsoleOutcome) -> ReportTable {
    func row(_ cost: ConsoleCost) -> [String] {
      [
        "CPU per delivery at \(Figures.rate(cost.deliveriesPerSecond)) deliveries/s, console closed and open",
        "\(Figures.decimal(cost.closed, 1)) µs, \(Figures.decimal(cost.open, 1)) µs: \(Figures.decimal(cost.increase * 100, 1)) %"
          + " more; rounds without a console were \(Figures.decimal(cost.noise * 100, 1)) % apart",
      ]
    }
    return ReportTable(headings: ["open console", "figure"], rows: [row(outcome.steady), row(outcome.full)])
  }

  /// The figures of the script scenario.
  static func scripts(_ outcome: ScriptOutcome) -> ReportTable {
    let early = Figures.megabytes(outcome.residentEarly)
    return ReportTable(
      headings: ["scripts", "figure"],
      rows: [
        ["CPU per call of the Slack script, JSON both ways", "\(Figures.decimal(outcome.cpuMicroseconds, 1)) µs"],
        ["calls", Figures.rate(Double(outcome.calls))],
        ["RSS after a tenth of them, and after all", "\(early) MB, \(Figures.megabytes(outcome.residentLate)) MB"],
        ["webhooks with a script each", Figures.rate(Double(outcome.webhooks))],
        ["deliveries to them", Figures.rate(Double(outcome.deliveries))],
        ["peak RSS of their gateway", "\(Figures.megabytes(outcome.webhooksPeakResident)) MB"],
        ["compilations while as many scripts ran \(outcome.turns) times by turns", Figures.rate(Double(outcome.compilations))],
      ])
  }

  /// What is known of the machine.
  static func machine(_ machine: Machine) -> ReportTable {
    ReportTable(
      headings: ["machine", ""],
      rows: [
        ["processor", machine.processor],
        ["cores, shared by server, generator and receiver", "\(machine.cores)"],
        ["memory", "\(Figures.megabytes(machine.memoryBytes)) MB"],
        ["kernel", "Linux \(machine.kernel)"],
        ["file system of the data folder", machine.fileSystem],
        ["write and sync of 4 KiB there, median", "\(Figures.decimal(machine.syncMicroseconds, 0)) µs"],
        [
          "time in which a plain loop ran three times slower than mostly, and the longest such time",
          "\(Figures.decimal(machine.stalls.share * 100, 1)) %, \(Figures.decimal(machine.stalls.longest * 1000, 0)) ms",
        ],
        [
          "p99 of how long work waits for the processors alone, at half load",
          "\(Figures.decimal(machine.stalls.halfLoadDelay * 1000, 0)) ms",
        ],
      ])
  }

  /// Columns aligned with spaces: text to the left, figures to the right.
  var aligned: String {
    let widths = headings.indices.map { column in ([headings] + rows).map { $0[column].count }.max() ?? 0 }
    return lines { cells in
      cells.indices.map { pad(cells[$0], widths[$0], toRight: $0 > 0 && headings.count > 2) }.joined(separator: "  ")
    }
  }

  /// A Markdown table.
  var markdown: String {
    let rule = "|---" + String(repeating: headings.count > 2 ? "|---:" : "|---", count: headings.count - 1) + "|"
    let line = { (cells: [String]) in "| " + cells.joined(separator: " | ") + " |" }
    return ([line(headings), rule] + rows.map(line)).joined(separator: "\n")
  }

  private func lines(_ line: ([String]) -> String) -> String { ([headings] + rows).map(line).joined(separator: "\n") }

  private func pad(_ text: String, _ width: Int, toRight: Bool) -> String {
    let space = String(repeating: " ", count: width - text.count)
    return toRight ? space + text : text + space
  }

  private static func row(_ outcome: Outcome) -> [String] {
    let latency = outcome.latency?.summary
    return [
      outcome.scenario.title,
      Figures.rate(outcome.acceptedPerSecond),
      outcome.deliveredPerSecond.map(Figures.rate) ?? "",
      outcome.ratioToFloor.map { Figures.decimal($0, 2) } ?? "",
      latency.map { Figures.milliseconds($0.p50) } ?? "",
      latency.map { Figures.milliseconds($0.p95) } ?? "",
      latency.map { Figures.milliseconds($0.p99) } ?? "",
      outcome.gatewayCPUMicroseconds.map { Figures.decimal($0, 0) } ?? "",
      Figures.decimal(outcome.ownCPUMicroseconds, 0),
      outcome.bytesPerDelivery.map { Figures.decimal($0, 0) } ?? "",
      outcome.peakResidentBytes.map(Figures.megabytes) ?? "",
      "\(outcome.missing)",
      "\(outcome.duplicates)",
      "\(Figures.decimal(outcome.otherCPUShare * 100, 0)) %",
    ]
  }
}
