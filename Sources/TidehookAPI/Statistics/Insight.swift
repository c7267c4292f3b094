// What shows how the gateway does.

public import TidehookCore

/// The parts behind statistics and metrics.
public struct Insight: Sendable {
  let statistics: any StatisticsReading
  let lanes: any LaneReading
  let metrics: [any MetricSource]
  let metricsAccess: MetricsAccess
  let space: any SpaceReading

  /// Makes it of its parts.
  public init(
    statistics: any StatisticsReading, lanes: any LaneReading, metrics: [any MetricSource], metricsAccess: MetricsAccess = .key,
    space: any SpaceReading
  ) {
    self.statistics = statistics
    self.lanes = lanes
    self.metrics = metrics
    self.metricsAccess = metricsAccess
    self.space = space
  }
}
