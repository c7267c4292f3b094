// What shows how the gateway does.

public import TidehookCore

/// The parts behind statistics and metrics.
public struct Insight: Sendable {
  let statistics: any StatisticsReading
  let lanes: any LaneReading
  let metrics: [any MetricSource]
  let metricsAccess: MetricsAccess

  /// Makes it of its parts.
  public init(
    statistics: any StatisticsReading, lanes: any LaneReading, metrics: [any MetricSource], metricsAccess: MetricsAccess = .key
  ) {
    self.statistics = statistics
    self.lanes = lanes
    self.metrics = metrics
    self.metricsAccess = metricsAccess
  }
}
