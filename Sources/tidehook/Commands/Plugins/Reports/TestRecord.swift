// What a run of cases leaves behind, for every form of report.

/// One case of one plugin; for a plugin that cannot be loaded, or has no cases, one record says so.
struct TestRecord {
  /// The plugin.
  let plugin: String
  /// The case's name.
  let name: String
  /// The file that holds the case.
  let file: String
  /// How long it took, in seconds.
  let seconds: Double
  /// What came of it.
  let outcome: Outcome

  /// How a case ends.
  enum Outcome {
    /// Everything that it expects is so.
    case passed
    /// There was nothing to run, and why.
    case skipped(String)
    /// What went wrong: in one short line each, and in full, line by line.
    case failed(problems: [String], details: String)
  }

  /// What went wrong, in one line each; empty when nothing did.
  var problems: [String] { if case .failed(let problems, _) = outcome { problems } else { [] } }
  /// Why there was nothing to run; `nil` when it ran.
  var skipReason: String? { if case .skipped(let reason) = outcome { reason } else { nil } }
}

/// How many cases there were, and how they ended.
struct TestTally {
  let plugins: Int
  /// The cases that ran.
  let cases: Int
  let failed: Int
  let skipped: Int

  /// How many passed.
  var passed: Int { cases - failed }

  init(_ records: [TestRecord]) {
    plugins = Set(records.map(\.plugin)).count
    skipped = records.count { $0.skipReason != nil }
    failed = records.count { !$0.problems.isEmpty }
    cases = records.count - skipped
  }
}
