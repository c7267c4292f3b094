// What an operator says about how long things are kept, and how it is written.

/// How long everything is kept.
public struct RetentionPolicy: Sendable, Equatable {
  /// What holds for events.
  public var standard = RetentionLimits.standard
  /// What holds instead for events of these namespaces.
  public var namespaces: [Namespace: RetentionLimits] = [:]
  /// How long the requests of sources are kept; `nil` for as long as there is room (``ReceiptLimits``).
  public var receipts: Duration? = .days(30)
  /// How many bytes of the database may be in use, above which the oldest events that are finished go; `nil` for no such limit.
  public var maxDatabaseBytes: Int64?

  /// Makes the policy that holds unless something is set.
  public init() {}

  /// The limits of a namespace.
  public func limits(of namespace: Namespace) -> RetentionLimits { namespaces[namespace] ?? standard }

  /// How long to wait between two looks at ages: a 24th of the shortest limit, from a second to an hour; `nil` when all is kept for ever.
  public var pause: Duration? {
    let limits = [standard] + namespaces.values
    guard let shortest = (limits.compactMap(\.shortest) + [receipts].compactMap(\.self)).min() else { return nil }
    return min(.seconds(3600), max(.seconds(1), shortest / 24))
  }
}

/// One of the limits that are set.
public struct RetentionSetting: Sendable, Equatable {
  /// For which namespace alone; `nil` for all.
  public var namespace: String?
  /// For what: a kind of ``RetentionLimits/Kind``, or `receipts`.
  public var kind: String
  /// For how many days.
  public var days: String

  /// Makes a setting of its parts, which are not checked yet.
  public init(namespace: String? = nil, kind: String, days: String) {
    self.namespace = namespace
    self.kind = kind
    self.days = days
  }

  /// Reads `delivered=30,dead=90,shop/delivered=7`; nothing is checked but the form.
  public static func list(_ text: String) throws(RetentionProblem) -> [RetentionSetting] {
    var settings: [RetentionSetting] = []
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else {
        throw RetentionProblem("expected KIND=DAYS or NAMESPACE/KIND=DAYS, separated by commas, got \"\(part)\"")
      }
      let name = trimmed(sides[0])
      let slash = name.lastIndex(of: "/")
      settings.append(
        RetentionSetting(
          namespace: slash.map { String(name[..<$0]) }, kind: slash.map { String(name[name.index(after: $0)...]) } ?? name,
          days: trimmed(sides[1])))
    }
    return settings
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " }
    return String(start.reversed().drop { $0 == " " }.reversed())
  }
}

/// Why limits cannot be understood, in one sentence.
public struct RetentionProblem: Error, CustomStringConvertible, Equatable {
  /// The sentence.
  public let description: String

  /// Makes a problem.
  public init(_ description: String) { self.description = description }
}

extension RetentionPolicy {
  /// The largest limit, in days: a hundred years.
  public static let maximumDays = 36_500.0

  /// Makes a policy of what is set; what is not, is as it is by default. A namespace's limits begin as those of all.
  public init(_ settings: [RetentionSetting]) throws(RetentionProblem) {
    self.init()
    var seen: Set<String> = []
    for setting in settings {
      let name = (setting.namespace.map { "\($0)/" } ?? "") + setting.kind
      guard seen.insert(name).inserted else { throw RetentionProblem("expected each limit once, got \"\(name)\" twice") }
    }
    for setting in settings where setting.namespace == nil { try set(setting) }
    for setting in settings where setting.namespace != nil { try set(setting) }
  }

  private mutating func set(_ setting: RetentionSetting) throws(RetentionProblem) {
    let limit = try Self.duration(setting)
    if setting.kind == "receipts", setting.namespace == nil { return receipts = limit }
    guard let kind = RetentionLimits.Kind(rawValue: setting.kind) else {
      let kinds = RetentionLimits.Kind.allCases.map(\.rawValue) + (setting.namespace == nil ? ["receipts"] : [])
      throw RetentionProblem("expected one of \(kinds.joined(separator: ", ")), got \"\(setting.kind)\"")
    }
    guard let name = setting.namespace else { return standard[kind] = limit }
    guard let namespace = Namespace(name) else {
      throw RetentionProblem("expected a namespace of \(Namespace.expectation), got \"\(name)\"")
    }
    namespaces[namespace, default: standard][kind] = limit
  }

  /// A number of days; 0 is for ever.
  private static func duration(_ setting: RetentionSetting) throws(RetentionProblem) -> Duration? {
    guard let days = Double(setting.days), days >= 0, days <= maximumDays else {
      throw RetentionProblem(
        "\(setting.kind): expected a number of days from 0 (for ever) to \(Int(maximumDays)), got \"\(setting.days)\"")
    }
    return days == 0 ? nil : .microseconds(Int64((days * 86_400e6).rounded(.up)))
  }
}
