// The findings as JSON, for programs that compare runs.

/// Writes JSON texts.
enum JSONText {
  /// A string with quotes and escapes.
  static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A whole report.
  static func report(_ report: Report) -> String {
    let machine = report.machine
    return object([
      (
        "machine",
        object([
          ("processor", string(machine.processor)), ("cores", "\(machine.cores)"), ("kernel", string(machine.kernel)),
          ("memory_bytes", "\(machine.memoryBytes)"), ("file_system", string(machine.fileSystem)),
          ("sync_us", "\(machine.syncMicroseconds)"), ("stalled_share", "\(machine.stalls.share)"),
          ("longest_stall_secs", "\(machine.stalls.longest)"), ("stalled_half_load_p99_secs", "\(machine.stalls.halfLoadDelay)"),
        ])
      ),
      ("duration_secs", "\(report.settings.duration)"),
      ("scenarios", array(report.outcomes.map(outcome))),
      ("scripts", report.scripts.map(scripts)),
      ("console", report.console.map(console)),
      ("pending", report.pending.map(pending)),
      ("failures", array(report.failures.map { object([("scenario", string($0.scenario)), ("reason", string($0.reason))]) })),
    ]) + "\n"
  }

  private static func outcome(_ outcome: Outcome) -> String {
    let latency = outcome.latency
    return object([
      ("name", string(outcome.scenario.name)),
      ("accepted_per_sec", "\(outcome.acceptedPerSecond)"),
      ("delivered_per_sec", outcome.deliveredPerSecond.map { "\($0)" }),
      ("ratio_to_floor", outcome.ratioToFloor.map { "\($0)" }),
      ("latency_events_per_sec", latency.map { "\($0.eventsPerSecond)" }),
      ("latency_p50_us", latency.map { "\($0.summary.p50)" }),
      ("latency_p95_us", latency.map { "\($0.summary.p95)" }),
      ("latency_p99_us", latency.map { "\($0.summary.p99)" }),
      ("latency_max_us", latency.map { "\($0.summary.maximum)" }),
      ("server_cpu_us", outcome.gatewayCPUMicroseconds.map { "\($0)" }),
      ("own_cpu_us", "\(outcome.ownCPUMicroseconds)"),
      ("other_cpu_share", "\(outcome.otherCPUShare)"),
      ("data_bytes_per_delivery", outcome.bytesPerDelivery.map { "\($0)" }),
      ("peak_resident_bytes", outcome.peakResidentBytes.map { "\($0)" }),
      ("missing", "\(outcome.missing)"),
      ("duplicates", "\(outcome.duplicates)"),
    ])
  }

  private static func scripts(_ outcome: ScriptOutcome) -> String {
    object([
      ("calls", "\(outcome.calls)"),
      ("cpu_us_per_call", "\(outcome.cpuMicroseconds)"),
      ("resident_early_bytes", "\(outcome.residentEarly)"),
      ("resident_late_bytes", "\(outcome.residentLate)"),
      ("webhooks", "\(outcome.webhooks)"),
      ("deliveries", "\(outcome.deliveries)"),
      ("webhooks_peak_resident_bytes", "\(outcome.webhooksPeakResident)"),
      ("turns", "\(outcome.turns)"),
      ("compilations", "\(outcome.compilations)"),
    ])
  }

  private static func console(_ outcome: ConsoleOutcome) -> String {
    func cost(_ cost: ConsoleCost) -> String {
      object([
        ("delivered_per_sec", "\(cost.deliveriesPerSecond)"), ("server_cpu_us_closed", "\(cost.closed)"),
        ("server_cpu_us_open", "\(cost.open)"), ("increase", "\(cost.increase)"), ("noise", "\(cost.noise)"),
      ])
    }
    return object([("steady", cost(outcome.steady)), ("full", cost(outcome.full)), ("tail_bytes", "\(outcome.tailBytes)")])
  }

  private static func pending(_ outcome: PendingOutcome) -> String {
    object([
      ("deliveries", "\(outcome.deliveries)"),
      ("accepted_per_sec", "\(outcome.acceptedPerSecond)"),
      ("peak_resident_bytes", "\(outcome.peakResidentBytes)"),
      ("data_bytes", "\(outcome.dataBytes)"),
      ("ready_after_kill_secs", "\(outcome.readyAfterKillSeconds)"),
      ("ready_after_stop_secs", "\(outcome.readyAfterStopSeconds)"),
      ("restarted_peak_resident_bytes", "\(outcome.restartedPeakResidentBytes)"),
    ])
  }

  /// An object of the members that have a value.
  private static func object(_ members: [(String, String?)]) -> String {
    "{" + members.compactMap { name, value in value.map { "\(string(name)):\($0)" } }.joined(separator: ",") + "}"
  }

  private static func array(_ elements: [String]) -> String { "[" + elements.joined(separator: ",\n") + "]" }
}
