// When a webhook is active, and what becomes of what waited.

import TidehookCore

/// What becomes of a webhook's held deliveries when it becomes active.
enum HeldChoice: String, CaseIterable {
  /// They are delivered.
  case deliver
  /// They are cancelled.
  case skip
}

extension Field {
  /// After how much failure a webhook becomes inactive.
  func autoDisable() throws -> AutoDisableSetting {
    if value.boolValue == false { return .never }
    guard value.members != nil else { throw unexpected("an object like {\"after_days\": 5, \"min_failures\": 10}, false or null") }
    let fields = try Fields(value, path: path, known: ["after_days", "min_failures"])
    let standard = AutoDisable()
    return .after(
      AutoDisable(
        afterDays: try fields.change("after_days") { try $0.days() }.applied(to: standard.afterDays, default: standard.afterDays),
        minFailures: try fields.change("min_failures") { try $0.integer(in: 1...1_000_000) }
          .applied(to: standard.minFailures, default: standard.minFailures)))
  }

  private func days() throws -> Double {
    guard let days = value.doubleValue, days > 0, days <= 365 else { throw unexpected("a number above 0 and at most 365") }
    return days
  }

  func heldChoice() throws -> HeldChoice {
    guard let choice = value.stringValue.flatMap(HeldChoice.init) else {
      throw unexpected(HeldChoice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or "))
    }
    return choice
  }
}

extension WebhookChanges {
  /// What is to become of held deliveries; `nil` when the request does not say.
  /// - Throws: 400 when the request does not make the webhook active.
  static func heldChoice(_ fields: Fields, _ isActive: Change<Bool>) throws -> HeldChoice? {
    guard let field = fields["held"], field.value != .null else { return nil }
    let choice = try field.heldChoice()
    guard case .set(true) = isActive else {
      throw APIError(.invalidField, "held: expected it together with \"active\": true", field: field.path)
    }
    return choice
  }
}

extension Webhook {
  /// Notes why and when it became inactive, or what becomes of the deliveries that waited until it became active.
  /// - Parameters:
  ///   - earlier: what it was until now; `nil` for a new one.
  ///   - key: a key above those of all deliveries so far.
  mutating func noteActivity(after earlier: Webhook?, _ held: HeldChoice?, below key: Int64, by maker: String, at now: Timestamp) {
    guard isActive else {
      skipsHeldBelow = nil
      disablement = earlier?.isActive == false ? earlier?.disablement : Disablement(.request, at: now, message: "made inactive by \(maker)")
      return
    }
    disablement = nil
    // Of one that is active already nothing is held, but for what is still being delivered or skipped.
    skipsHeldBelow = earlier?.isActive == true ? earlier?.skipsHeldBelow : held == .skip ? key : nil
  }
}
