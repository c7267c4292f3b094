// What a delivery to a database asks for, as values: which rows are written or removed, and which tables may be made for them.

/// A column with a value.
public struct ColumnValue: Sendable, Hashable {
  /// The column.
  public let column: String
  /// The value; never `null` and never a list or an object in a key.
  public let value: JSONValue

  /// Makes a pair.
  public init(_ column: String, _ value: JSONValue) {
    self.column = column
    self.value = value
  }
}

/// What becomes of a row.
public enum RowChange: Sendable, Hashable {
  /// It is inserted with these values, or gets them when it is there; columns that are not named stay as they are.
  case upsert([ColumnValue])
  /// It is removed.
  case delete
}

/// A row, and what one delivery does to it, in order.
public struct RowOperation: Sendable, Hashable {
  /// The table.
  public let table: String
  /// What identifies the row, sorted by column.
  public let key: [ColumnValue]
  /// The changes; at least one.
  public internal(set) var changes: [RowChange]

  /// Makes an operation.
  public init(table: String, key: [ColumnValue], changes: [RowChange]) {
    self.table = table
    self.key = key.sorted { $0.column.utf8.lexicographicallyPrecedes($1.column.utf8) }
    self.changes = changes
  }

  /// The key as one text, the same for the same row: a JSON object whose members are sorted.
  public var rowKey: String {
    String(decoding: JSONValue.object(key.map { JSONValue.Member($0.column, $0.value) }).bytes, as: UTF8.self)
  }

  /// Whether the row is gone once all is done.
  public var leavesNothing: Bool { changes.last == .delete }
}

/// A table to make when it is missing.
public struct TableDefinition: Sendable, Hashable {
  /// What a column holds; each database has its own name for it.
  public enum ColumnType: String, Sendable, CaseIterable {
    /// Text.
    case text
    /// Integers of 64 bits.
    case integer
    /// Floating-point numbers.
    case number
    /// True or false.
    case boolean
    /// Any JSON.
    case json
    /// Points in time, as RFC 3339 texts.
    case time
  }

  /// A column of the table.
  public struct Column: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// What it holds.
    public let type: ColumnType

    /// Makes a column.
    public init(_ name: String, _ type: ColumnType) {
      self.name = name
      self.type = type
    }
  }

  /// The table's name.
  public let name: String
  /// Its columns in order.
  public let columns: [Column]
  /// The columns of its primary key.
  public let key: [String]

  /// Makes a definition.
  public init(name: String, columns: [Column], key: [String]) {
    self.name = name
    self.columns = columns
    self.key = key
  }
}

/// Everything that one delivery does, in the order in which every delivery does it: two of them cannot wait for each other.
public struct RowBatch: Sendable, Hashable {
  /// The rows, each once, sorted by table and key.
  public let operations: [RowOperation]
  /// The tables that may be made.
  public let tables: [TableDefinition]

  /// Puts operations in order; several on one row become one with all their changes.
  public init(_ operations: [RowOperation], tables: [TableDefinition] = []) {
    var rows: [String: [String: RowOperation]] = [:]
    for operation in operations {
      rows[operation.table, default: [:]][operation.rowKey, default: RowOperation(table: operation.table, key: operation.key, changes: [])]
        .changes += operation.changes
    }
    self.operations = rows.sorted(by: Self.inOrder).flatMap { $0.value.sorted(by: Self.inOrder).map(\.value) }
    self.tables = tables
  }

  private static func inOrder<Value>(_ left: (key: String, value: Value), _ right: (key: String, value: Value)) -> Bool {
    left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
  }
}

/// What a delivery did.
public struct RowReport: Sendable, Hashable {
  /// Rows inserted or updated.
  public var upserted = 0
  /// Rows removed; one that was not there does not count.
  public var deleted = 0
  /// Rows left alone, because they have seen this event or a later one.
  public var ignored = 0

  /// A report of nothing.
  public init() {}

  /// The report as JSON, the body of the attempt's answer.
  public var json: JSONValue {
    ["upserted": .integer(Int64(upserted)), "deleted": .integer(Int64(deleted)), "ignored": .integer(Int64(ignored))]
  }
}

/// Where an event stands among those of one row: by its time, then by when it was accepted.
public struct EventPosition: Sendable, Hashable {
  /// When it happened.
  public let time: Timestamp
  /// Its time-ordered key, which tells which of two events at the same time was accepted first. Its id would not: producers choose that.
  public let key: TimeOrderedID
  /// Whether somebody asked for it again: then it is applied even where a row has seen this very event, because the pipeline may have been mended.
  public let isReplayed: Bool

  /// How far a producer's clock may be ahead of ours. A time further ahead counts as that, so that it does not shut out all later events.
  private static let mostAhead = Duration.seconds(300)

  /// Makes a position.
  public init(time: Timestamp, key: TimeOrderedID, isReplayed: Bool = false) {
    self.time = time
    self.key = key
    self.isReplayed = isReplayed
  }

  /// The place of an event: at its own time, but at most five minutes after it was accepted.
  public init(of event: Event, isReplayed: Bool = false) {
    self.init(time: min(event.timestamp, event.acceptedAt + Self.mostAhead), key: event.key, isReplayed: isReplayed)
  }
}
