// Puts the conditions of a list together, so that only those that were asked for are in the SQL.

/// Conditions that all must hold, with their values.
struct Conditions {
  private var terms: [String] = []
  /// The values, in the order of their parameters.
  private(set) var arguments: [SQLValue] = []

  /// Adds a condition without a value.
  mutating func add(_ term: String) {
    terms.append(term)
  }

  /// Adds a condition in which `?` stands for the value; nothing when there is no value.
  mutating func add(_ term: String, _ value: SQLValue?) {
    guard let value else { return }
    arguments.append(value)
    terms.append(term.split(separator: "?", omittingEmptySubsequences: false).joined(separator: "$\(arguments.count)"))
  }

  /// Adds the condition that a column has one of these values; nothing when there are no such limits.
  mutating func add(_ column: String, isOneOf values: [SQLValue]?) {
    guard let values else { return }
    guard !values.isEmpty else { return add("1 = 0") }
    let parameters = values.map { parameter($0) }
    add("\(column) IN (\(parameters.joined(separator: ", ")))")
  }

  /// Adds the value of the parameter that stands after the conditions, and returns that parameter.
  mutating func parameter(_ value: SQLValue) -> String {
    arguments.append(value)
    return "$\(arguments.count)"
  }

  /// The `WHERE` clause, empty when nothing was asked for.
  var clause: String { terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND ") }
}
