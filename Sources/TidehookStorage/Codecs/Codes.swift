// The integers that stand for enums in the database. They are part of the schema: never renumber, only add.

import TidehookCore

extension DeliveryState {
  /// Its number in the database.
  var code: Int64 {
    switch self {
    case .pending: 0
    case .retrying: 1
    case .delivered: 2
    case .filtered: 3
    case .dead: 4
    case .held: 5
    case .cancelled: 6
    }
  }

  /// The state of a number; one that this release does not know reads as `dead`, which is never attempted.
  init(code: Int64) {
    self = Self.allCases.first { $0.code == code } ?? .dead
  }
}

extension DeliveryState {
  /// The condition that a delivery has ended in this state, or in that of a parameter, so that the indexes of what ended are used as they are.
  ///
  /// Their own condition must be in it. SQLite then takes that for the narrower one and reads all that ended, unless it is told that few rows
  /// have the state. PostgreSQL has no `unlikely`: a store in it needs another spelling here.
  static func ended(_ state: String, of table: String = "d.") -> String { "\(table)state >= 3 AND unlikely(\(table)state = \(state))" }

  /// The same for this state.
  var ended: String { Self.ended("\(code)") }
}

extension AttemptTrigger {
  /// Its number in the database.
  var code: Int64 {
    switch self {
    case .first: 0
    case .retry: 1
    case .manual: 2
    case .test: 3
    }
  }

  /// The trigger of a number; one that this release does not know reads as `retry`.
  init(code: Int64) {
    self = Self.allCases.first { $0.code == code } ?? .retry
  }
}

extension ReceiptState {
  /// Its number in the database.
  var code: Int64 {
    switch self {
    case .accepted: 0
    case .rejected: 1
    case .duplicate: 2
    case .answered: 3
    }
  }

  /// The state of a number; one that this release does not know reads as `duplicate`, which never runs again.
  init(code: Int64) {
    self = Self.allCases.first { $0.code == code } ?? .duplicate
  }
}

extension ReplayState {
  /// Its number in the database.
  var code: Int64 {
    switch self {
    case .counting: 0
    case .running: 1
    case .done: 2
    case .cancelled: 3
    }
  }

  /// The state of a number; one that this release does not know reads as `cancelled`, which goes no further.
  init(code: Int64) {
    self = Self.allCases.first { $0.code == code } ?? .cancelled
  }
}

extension ReplayPart.Kind {
  /// Its number in the database.
  var code: Int64 {
    switch self {
    case .deliveries: 0
    case .missing: 1
    }
  }

  /// The kind of a number.
  init(code: Int64) {
    self = Self.allCases.first { $0.code == code } ?? .deliveries
  }
}

extension SQLValue {
  static func key(_ id: TimeOrderedID) -> SQLValue { .integer(id.key) }

  static func entropy(_ id: TimeOrderedID) -> SQLValue { .integer(Int64(bitPattern: id.entropy)) }

  static func time(_ time: Timestamp) -> SQLValue { .integer(time.microseconds) }

  static func time(_ time: Timestamp?) -> SQLValue { time.map(SQLValue.time) ?? .null }
}

extension SQLRow {
  /// An id whose key is in `column` and whose entropy is in the next.
  func id(_ column: Int) -> TimeOrderedID {
    TimeOrderedID(key: integer(column), entropy: UInt64(bitPattern: integer(column + 1)))
  }

  func time(_ column: Int) -> Timestamp { Timestamp(microseconds: integer(column)) }

  func optionalTime(_ column: Int) -> Timestamp? { optionalInteger(column).map(Timestamp.init(microseconds:)) }
}
