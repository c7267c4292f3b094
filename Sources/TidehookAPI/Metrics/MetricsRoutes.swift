// The call that monitoring systems make.

import HTTPTypes
import Hummingbird
import NIOCore
import TidehookCore

/// Who may read metrics.
public enum MetricsAccess: String, Sendable, CaseIterable {
  /// Every key that is not limited to namespaces: they are of the whole gateway.
  case key
  /// Everybody who reaches the port.
  case open
}

/// `/metrics`.
struct MetricsRoutes: Sendable {
  let sources: [any MetricSource]
  let access: MetricsAccess

  var routes: [Route] {
    var operation = Self.metrics
    operation.isOpen = access == .open
    return [Route(operation, metrics)]
  }

  private func metrics(_ request: APIRequest) async throws -> Response {
    guard access == .open || request.principal.namespaces == nil else {
      throw APIError(.forbidden, "only a key that is not limited to namespaces may do this")
    }
    var families: [MetricFamily] = []
    for source in sources { families += await source.metrics() }
    return Response(
      status: .ok, headers: [.contentType: PrometheusText.mediaType],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: PrometheusText.write(families))))
  }
}

extension MetricsRoutes {
  static let operations = [metrics]

  private static let metrics = Operation(
    id: "metrics", method: .get, path: "/metrics", isScoped: true,
    summary: "Metrics for Prometheus, for every key that is not limited to namespaces.", answer: "MetricsText")
}
