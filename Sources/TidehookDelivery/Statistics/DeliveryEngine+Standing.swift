// What is under way: for statistics and for a monitoring system.

import Synchronization
public import TidehookCore

extension DeliveryEngine: LaneReading {
  /// The requests under way of each webhook.
  public func requestsInFlight() -> [WebhookID: Int] {
    schedule.withLock { $0.standing.inFlight }
  }
}

extension DeliveryEngine: MetricSource {
  /// How full the lanes are.
  public func metrics() async -> [MetricFamily] {
    let standing = schedule.withLock { $0.standing }
    return [
      MetricFamily(.gauge, "tidehook_lanes", "Webhooks that have a lane in memory.", Double(standing.lanes)),
      MetricFamily(.gauge, "tidehook_lanes_paused", "Lanes that have used up their rate limit.", Double(standing.paused)),
      MetricFamily(
        .gauge, "tidehook_requests_in_flight", "Attempts under way.", Double(standing.inFlight.values.reduce(0, +))),
      MetricFamily(.gauge, "tidehook_memory_deliveries", "Deliveries in memory, those under way included.", Double(standing.held)),
      MetricFamily(.gauge, "tidehook_memory_payload_bytes", "Bytes of payloads and answers in memory.", Double(standing.heldBytes)),
    ]
  }
}
