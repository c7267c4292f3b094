// Writes metrics in Prometheus' text format, version 0.0.4.

/// The text that Prometheus reads.
///
/// Source: Prometheus documentation, "Exposition formats".
public enum PrometheusText {
  /// The media type of ``write(_:)``.
  public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  /// Writes families; those without samples are left out.
  public static func write(_ families: [MetricFamily]) -> [UInt8] {
    var text: [UInt8] = []
    for family in families where !family.samples.isEmpty {
      text += "# HELP \(family.name) \(escaped(family.help, quotes: false))\n# TYPE \(family.name) \(family.kind.rawValue)\n".utf8
      for sample in family.samples { text += line(family.name, sample).utf8 }
    }
    return text
  }

  /// A number as Prometheus reads it.
  public static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return Int64(exactly: value).map(String.init) ?? "\(value)"
  }

  private static func line(_ name: String, _ sample: MetricFamily.Sample) -> String {
    let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",")
    return "\(name)\(sample.suffix)\(labels.isEmpty ? "" : "{\(labels)}") \(number(sample.value))\n"
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quotes: escaped += "\\\""
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
