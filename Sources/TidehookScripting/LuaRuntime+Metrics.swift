// What the script runtime tells a monitoring system.

import Synchronization
public import TidehookCore

extension LuaRuntime: MetricSource {
  /// Runs, their CPU time, and compilations.
  public func metrics() async -> [MetricFamily] {
    let counted = runs.snapshot
    let results = [("done", counted.runs - counted.failed), ("failed", counted.failed)]
    return [
      MetricFamily(
        .counter, "tidehook_script_runs_total", "Calls of scripts and plugins, by whether they failed.",
        results.map { MetricFamily.Sample(Double($0.1), [MetricFamily.Label("result", $0.0)]) }),
      MetricFamily(
        .counter, "tidehook_script_cpu_seconds_total", "CPU time of those calls.", Double(counted.cpuTime.microseconds) / 1e6),
      MetricFamily(
        .counter, "tidehook_script_compilations_total", "Scripts that were compiled to be run, by each thread for itself.",
        Double(compilations)),
    ]
  }
}

/// Counts what scripts did, on all threads.
final class RunCounts: Sendable {
  /// What there is to count.
  struct Snapshot {
    var runs = 0
    var failed = 0
    var cpuTime = Duration.zero
  }

  private let tally = Mutex(Snapshot())

  /// Everything at one moment.
  var snapshot: Snapshot { tally.withLock { $0 } }

  func add(_ result: ScriptResult) {
    let isFailure = if case .failed = result.verdict { true } else { false }
    tally.withLock { tally in
      tally.runs += 1
      if isFailure { tally.failed += 1 }
      tally.cpuTime += result.usage.cpuTime
    }
  }
}
