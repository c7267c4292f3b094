// Writes sizes for people.

/// Quantities with their units.
enum Quantity {
  /// A count of bytes, in binary units from 10 KiB on.
  static func bytes(_ count: Int) -> String {
    switch count {
    case ..<10_240: "\(count) bytes"
    case ..<10_485_760: "\(Decimals.text(Double(count) / 1024, places: 1)) KiB"
    default: "\(Decimals.text(Double(count) / 1_048_576, places: 1)) MiB"
    }
  }
}
