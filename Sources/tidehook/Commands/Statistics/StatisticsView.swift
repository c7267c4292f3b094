// Shows statistics as facts, and the steps in which something happened as a table.

import TidehookCore

/// Statistics, for people.
struct StatisticsView {
  private let report: JSONValue

  init(_ report: JSONValue) {
    self.report = report
  }

  /// Writes how things stand, what happened in all, and then each step.
  func write(to terminal: Terminal) {
    var facts = FactSheet()
    facts.add("time", [report.time("since"), report.time("until")].compactMap(\.self).joined(separator: " to ") + " UTC")
    facts.add("now", report["now"].flatMap(Self.standing))
    facts.add("first due", report["now"]?.time("first_due_at"))
    let total = report["total"]
    facts.add("events", total?["events"]?.plainText)
    facts.add("deliveries", total.flatMap { Self.counts($0, ["delivered", "filtered", "dead"]) })
    facts.add("success", total.flatMap(Self.success))
    facts.add("attempts", total.flatMap { Self.counts($0, ["attempts", "failed_attempts"]) })
    facts.add("failures", total?["failures"]?.settings)
    facts.add("delivery ms", total?["delivery_ms"]?.settings)
    facts.add("attempt ms", total?["attempt_ms"]?.settings)
    facts.write(to: terminal)
    writePoints(to: terminal)
  }

  private func writePoints(to terminal: Terminal) {
    let points = (report["points"]?.elements ?? []).filter(Self.isBusy)
    guard !points.isEmpty else { return }
    var table = Table(["FROM", "DELIVERED", "FILTERED", "DEAD", "ATTEMPTS", "FAILED", "P50 MS", "P99 MS"], fixed: [0])
    for point in points {
      table.add(
        .init(point.time("at")), .init(point["delivered"]?.plainText), .init(point["filtered"]?.plainText), .init(point["dead"]?.plainText),
        .init(point["attempts"]?.plainText), .init(point["failed_attempts"]?.plainText), .init(point["delivery_ms"]?["p50"]?.plainText),
        .init(point["delivery_ms"]?["p99"]?.plainText))
    }
    terminal.write("\n")
    table.write(to: terminal)
  }

  private static func isBusy(_ point: JSONValue) -> Bool {
    ["events", "deliveries", "delivered", "filtered", "dead", "attempts"].contains { point[$0]?.integerValue ?? 0 > 0 }
  }

  private static func standing(_ now: JSONValue) -> String? {
    counts(now, ["pending", "retrying", "held", "dead", "in_flight"])
  }

  /// `delivered 5, filtered 0, dead 1`
  private static func counts(_ object: JSONValue, _ names: [String]) -> String {
    names.compactMap { name in object[name].map { "\(name) \($0.plainText)".replacing("_", with: " ") } }.joined(separator: ", ")
  }

  /// The rate in per cent, with one digit behind the point, rounded down: 100 % means all.
  private static func success(_ total: JSONValue) -> String? {
    guard let rate = total["success_rate"].flatMap({ Double($0.plainText) }), (0...1).contains(rate) else { return nil }
    let tenths = Int(rate * 1000)
    return "\(tenths / 10).\(tenths % 10) %"
  }
}
