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

  /// Adds the value of the parameter that stands after the conditions, and returns that parameter.
  mutating func parameter(_ value: SQLValue) -> String {
    arguments.append(value)
    return "$\(arguments.count)"
  }

  /// The `WHERE` clause, empty when nothing was asked for.
  var clause: String { terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND ") }
}
