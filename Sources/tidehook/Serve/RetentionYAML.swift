// The setting `retention` as a mapping in the YAML file.

import TidehookCore
import Yams

/// Reads `{delivered_days: 30, dead_days: 90, namespaces: {shop: {delivered_days: 7}}}`.
enum RetentionYAML {
  private static let suffix = "_days"

  /// What a value sets; `nil` for one that is neither a mapping nor a text.
  static func settings(_ value: Node) throws -> [RetentionSetting]? {
    if let mapping = value.mapping { return try settings(in: mapping) }
    guard let text = value.scalar?.string else { return nil }
    do throws(RetentionProblem) {
      return try RetentionSetting.list(text)
    } catch {
      throw problem("\(error)")
    }
  }

  private static func settings(in mapping: Node.Mapping) throws -> [RetentionSetting] {
    var settings: [RetentionSetting] = []
    for (key, value) in mapping {
      guard key.string == "namespaces" else {
        settings.append(try setting(key, value, in: nil))
        continue
      }
      guard let namespaces = value.mapping else { throw problem("namespaces: expected a mapping from namespaces to limits") }
      for (name, limits) in namespaces {
        guard let name = name.string, let limits = limits.mapping else {
          throw problem("namespaces: expected a mapping of limits for each namespace")
        }
        for (key, value) in limits { settings.append(try setting(key, value, in: name)) }
      }
    }
    return settings
  }

  private static func setting(_ key: Node, _ value: Node, in namespace: String?) throws -> RetentionSetting {
    guard let name = key.string, name.hasSuffix(suffix), let days = value.scalar?.string else {
      let kinds = RetentionLimits.Kind.allCases.map { $0.rawValue + suffix }.joined(separator: ", ")
      throw problem("\(key.string ?? "?"): expected a number of days under one of \(kinds), receipts\(suffix), or namespaces")
    }
    return RetentionSetting(namespace: namespace, kind: String(name.dropLast(suffix.count)), days: days)
  }

  private static func problem(_ text: String) -> SettingError { SettingError(description: "retention: \(text)") }
}
