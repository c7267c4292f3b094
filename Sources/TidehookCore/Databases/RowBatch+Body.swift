// Reads the body of a delivery to a database: one operation or a list of them.

/// Why a body is not a list of row operations.
public struct RowBodyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where it is wrong, what was expected and what came; never a value of a row.
  public let description: String
}

extension RowBatch {
  /// How many operations a body may hold.
  public static let maximumOperations = 1000

  /// Reads `{"table", "key", "values"}`, `{"table", "key", "delete": true}`, or a list of them.
  ///
  /// A member `create`, `[{"name", "type"}, …]`, has the table made when it is missing, with the key's columns as its primary key.
  public init(parsing body: [UInt8]) throws(RowBodyError) {
    let json: JSONValue
    do {
      json = try JSONValue(parsing: body)
    } catch {
      throw RowBodyError(description: "the body is not JSON: \(error)")
    }
    let isList = json.elements != nil
    let elements = json.elements ?? [json]
    guard elements.count <= Self.maximumOperations else {
      throw RowBodyError(description: "the body has \(elements.count) operations, more than \(Self.maximumOperations)")
    }
    var operations: [RowOperation] = []
    var tables: [TableDefinition] = []
    for (index, element) in elements.enumerated() {
      let reader = try OperationReader(element, path: isList ? "[\(index)]" : "")
      let operation = try reader.operation()
      operations.append(operation)
      if let table = try reader.definition(for: operation), !tables.contains(where: { $0.name == table.name }) { tables.append(table) }
    }
    self.init(operations, tables: tables)
  }
}

/// Reads one operation.
private struct OperationReader {
  private let members: [JSONValue.Member]
  private let path: String

  private static let known = ["table", "key", "values", "delete", "create"]
  /// PostgreSQL cuts longer names without a word (NAMEDATALEN), and the rest would be another table.
  private static let nameBytes = 63
  private static let maximumColumns = 500
  /// What an index entry of PostgreSQL can hold, with room for the table's name: a third of a page of 8 KiB.
  private static let maximumKeyBytes = 2000

  init(_ value: JSONValue, path: String) throws(RowBodyError) {
    self.path = path
    guard let members = value.members else { throw Self.error(path, #"expected {"table", "key", "values"}"#, value) }
    self.members = members
    if let unknown = members.first(where: { !Self.known.contains($0.key) }) {
      throw RowBodyError(
        description: "\(place(Self.shown(unknown.key))) is no member of an operation; known are \(Self.known.joined(separator: ", "))")
    }
  }

  func operation() throws(RowBodyError) -> RowOperation {
    let table = try name(self["table"], at: "table")
    guard !Self.isReserved(table) else {
      throw RowBodyError(description: "\(place("table")): \(table) is a table of the database itself or of Tidehook")
    }
    let key = try columns("key")
    guard !key.isEmpty else { throw Self.error(place("key"), "expected at least one column", self["key"]) }
    for column in key { try checkKey(column) }
    let operation = RowOperation(table: table, key: key, changes: [try change(beside: key)])
    guard operation.rowKey.utf8.count <= Self.maximumKeyBytes else {
      throw RowBodyError(description: "\(place("key")): expected at most \(Self.maximumKeyBytes) bytes, got \(operation.rowKey.utf8.count)")
    }
    return operation
  }

  func definition(for operation: RowOperation) throws(RowBodyError) -> TableDefinition? {
    guard let create = self["create"] else { return nil }
    let expectation = #"expected a list of columns like {"name", "type"}"#
    guard let elements = create.elements, (1...Self.maximumColumns).contains(elements.count) else {
      throw Self.error(place("create"), expectation, create)
    }
    var columns: [TableDefinition.Column] = []
    for (index, element) in elements.enumerated() {
      let at = "create[\(index)]"
      guard let members = element.members, members.allSatisfy({ ["name", "type"].contains($0.key) }) else {
        throw Self.error(place(at), #"expected {"name", "type"}"#, element)
      }
      guard let type = element["type"]?.stringValue.flatMap(TableDefinition.ColumnType.init) else {
        let types = TableDefinition.ColumnType.allCases.map(\.rawValue).joined(separator: ", ")
        throw Self.error(place("\(at).type"), "expected one of \(types)", element["type"])
      }
      columns.append(TableDefinition.Column(try name(element["name"], at: "\(at).name"), type))
    }
    let key = operation.key.map(\.column)
    guard let missing = key.first(where: { name in !columns.contains { $0.name == name } }) else {
      return TableDefinition(name: operation.table, columns: columns, key: key)
    }
    throw RowBodyError(description: "\(place("create")): expected the key's column \(Self.shown(missing)) among the columns")
  }

  private func change(beside key: [ColumnValue]) throws(RowBodyError) -> RowChange {
    let isDelete = self["delete"] ?? .bool(false)
    guard let isDelete = isDelete.boolValue else { throw Self.error(place("delete"), "expected true", isDelete) }
    guard isDelete != (self["values"] != nil) else {
      throw RowBodyError(description: "\(place("values")): expected values or \"delete\": true, got \(isDelete ? "both" : "neither")")
    }
    guard !isDelete else { return .delete }
    let values = try columns("values")
    if let both = values.first(where: { value in key.contains { $0.column == value.column } }) {
      throw RowBodyError(description: "\(place("values")): the column \(Self.shown(both.column)) is in the key already")
    }
    return .upsert(values)
  }

  private func columns(_ member: String) throws(RowBodyError) -> [ColumnValue] {
    guard let members = self[member]?.members, members.count <= Self.maximumColumns else {
      throw Self.error(place(member), "expected an object of at most \(Self.maximumColumns) columns and their values", self[member])
    }
    var columns: [ColumnValue] = []
    for found in members { columns.append(ColumnValue(try name(.string(found.key), at: "\(member)'s column"), found.value)) }
    return columns
  }

  /// A row without a value for its key cannot be found again.
  private func checkKey(_ column: ColumnValue) throws(RowBodyError) {
    switch column.value {
    case .bool, .integer, .number, .string: return
    case .null, .array, .object:
      throw Self.error(place("key.\(Self.shown(column.column))"), "expected a string, a number or a boolean", column.value)
    }
  }

  private func name(_ value: JSONValue?, at member: String) throws(RowBodyError) -> String {
    guard let name = value?.stringValue else { throw Self.error(place(member), "expected a name", value) }
    guard (1...Self.nameBytes).contains(name.utf8.count), !name.utf8.contains(0) else {
      throw RowBodyError(
        description: "\(place(member)): expected a name of 1 to \(Self.nameBytes) bytes without NUL, got \(Self.shown(name))")
    }
    return name
  }

  private subscript(member: String) -> JSONValue? { members.first { $0.key == member }?.value }

  private func place(_ member: String) -> String { path.isEmpty ? member : "\(path).\(member)" }

  private static func isReserved(_ table: String) -> Bool {
    let name = table.lowercased()
    return name == "tidehook_rows" || name.hasPrefix("pg_") || name.hasPrefix("sqlite_")
  }

  private static func error(_ place: String, _ expectation: String, _ value: JSONValue?) -> RowBodyError {
    let came =
      switch value {
      case nil: "nothing"
      case .null: "null"
      case .bool: "a boolean"
      case .integer, .number: "a number"
      case .string: "a string"
      case .array: "a list"
      case .object: "an object"
      }
    return RowBodyError(description: "\(place.isEmpty ? "the body" : place): \(expectation), got \(came)")
  }

  /// A name in quotes, with control characters escaped.
  private static func shown(_ name: String) -> String {
    String(decoding: JSONValue.string(String(name.prefix(64))).bytes, as: UTF8.self)
  }
}
