// Metrics as values: what each part of Tidehook tells a monitoring system.

/// Tells how a part of Tidehook does. Consumer: `/metrics`.
public protocol MetricSource: Sendable {
  /// Its metrics now; what cannot be told now is left out.
  func metrics() async -> [MetricFamily]
}

/// A metric with all its samples. Names and units follow Prometheus: base units, `_total` for counters, `_seconds`, `_bytes`.
public struct MetricFamily: Sendable, Equatable {
  /// What kind of numbers they are.
  public enum Kind: String, Sendable {
    /// Grows until the process ends.
    case counter
    /// Goes up and down.
    case gauge
    /// Buckets, a sum and a count.
    case histogram
    /// A sum and a count.
    case summary
  }

  /// One number.
  public struct Sample: Sendable, Equatable {
    /// What follows the family's name: empty, `_bucket`, `_sum` or `_count`.
    public var suffix: String
    /// Names and values; both from bounded sets.
    public var labels: [Label]
    /// The number.
    public var value: Double

    /// Makes a sample.
    public init(_ value: Double, suffix: String = "", _ labels: [Label] = []) {
      self.value = value
      self.suffix = suffix
      self.labels = labels
    }
  }

  /// What tells a sample from the others of its family.
  public struct Label: Sendable, Equatable {
    /// `[a-z_]+`.
    public var name: String
    /// Any text.
    public var value: String

    /// Makes a label.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Its name: `tidehook_…`, or `process_…` as every client library has it.
  public var name: String
  /// What it says, in one line.
  public var help: String
  /// What kind its numbers are.
  public var kind: Kind
  /// Its numbers.
  public var samples: [Sample]

  /// Makes a family.
  public init(_ kind: Kind, _ name: String, _ help: String, _ samples: [Sample]) {
    self.kind = kind
    self.name = name
    self.help = help
    self.samples = samples
  }

  /// Makes a family of one number.
  public init(_ kind: Kind, _ name: String, _ help: String, _ value: Double) {
    self.init(kind, name, help, [Sample(value)])
  }
}

extension MetricFamily {
  /// Makes a family of durations, with buckets that double from 1 ms to over four hours.
  public static func durations(_ name: String, _ help: String, _ durations: LogHistogram) -> MetricFamily {
    var samples: [Sample] = []
    var below: Int64 = 0
    for (index, end) in LogHistogram.ends.enumerated() {
      below = below.added(index < durations.counts.count ? durations.counts[index] : 0)
      guard index.isMultiple(of: 2), (1_000...17_000_000_000).contains(end) else { continue }
      samples.append(Sample(Double(below), suffix: "_bucket", [Label("le", PrometheusText.number(Double(end) / 1e6))]))
    }
    let count = Double(durations.count)
    samples.append(Sample(count, suffix: "_bucket", [Label("le", "+Inf")]))
    samples += [Sample(Double(durations.sum) / 1e6, suffix: "_sum"), Sample(count, suffix: "_count")]
    return MetricFamily(.histogram, name, help, samples)
  }
}
