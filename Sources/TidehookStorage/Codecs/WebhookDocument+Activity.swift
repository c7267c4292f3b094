// How the document keeps whether and why a webhook is inactive.

import TidehookCore

extension WebhookDocument {
  static func write(_ setting: AutoDisableSetting) -> JSONValue {
    switch setting {
    case .standard: .null
    case .never: false
    case .after(let rule): ["after_days": .double(rule.afterDays), "min_failures": .integer(Int64(rule.minFailures))]
    }
  }

  static func autoDisable(_ value: JSONValue?) -> AutoDisableSetting {
    if value?.boolValue == false { return .never }
    guard let days = value?["after_days"]?.doubleValue, let failures = value?["min_failures"]?.integerValue else { return .standard }
    return .after(AutoDisable(afterDays: days, minFailures: Int(failures)))
  }

  static func write(_ disablement: Disablement) -> JSONValue {
    [
      "cause": .string(disablement.cause.rawValue), "at_us": .integer(disablement.at.microseconds),
      "message": .string(disablement.message),
    ]
  }

  static func disablement(_ value: JSONValue) -> Disablement? {
    guard let cause = value["cause"]?.stringValue.flatMap(Disablement.Cause.init), let at = value["at_us"]?.integerValue else { return nil }
    return Disablement(cause, at: Timestamp(microseconds: at), message: value["message"]?.stringValue ?? "")
  }
}
