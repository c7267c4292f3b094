// How long things are kept, as `/v1/about` tells it.

import TidehookCore

extension AboutRoutes {
  /// The limits in days, `null` for ever, and those of the namespaces that the key may use and that have their own.
  func retention(for principal: Principal) -> JSONValue {
    let policy = about.retention
    let own = policy.namespaces.sorted { $0.key.name < $1.key.name }.filter { principal.mayUse($0.key) }
    return .object(
      Self.days(policy.standard) + [
        .init("receipts_days", Self.days(policy.receipts)),
        .init("max_database_bytes", policy.maxDatabaseBytes.map { .integer($0) } ?? .null),
        .init("namespaces", .object(own.map { .init($0.key.name, .object(Self.days($0.value))) })),
      ])
  }

  private static func days(_ limits: RetentionLimits) -> [JSONValue.Member] {
    RetentionLimits.Kind.allCases.map { .init("\($0.rawValue)_days", days(limits[$0])) }
  }

  /// Whole days as an integer, others to the thousandth.
  private static func days(_ limit: Duration?) -> JSONValue {
    guard let limit else { return .null }
    let (days, rest) = limit.components.seconds.quotientAndRemainder(dividingBy: 86_400)
    return rest == 0 ? .integer(days) : .number("\(Double(days) + (Double(rest) / 86.4).rounded() / 1000)")
  }
}
