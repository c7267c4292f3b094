// The value of one header.

package import HTTPTypes

extension HTTPFields {
  /// What ``subscript(_:)`` gives: the value, or all of them with commas between where a name stands more than once. That one joins in any case,
  /// which costs several times as much.
  package func value(of name: HTTPField.Name) -> String? {
    let values = self[values: name]
    return values.count > 1 ? self[name] : values.first
  }
}
