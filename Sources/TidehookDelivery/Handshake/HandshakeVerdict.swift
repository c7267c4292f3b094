// Reads the answer to a validation request. Pure: who asks, and how often, is decided elsewhere.

package import TidehookCore

/// What came of a validation request.
package enum HandshakeVerdict: Sendable, Equatable {
  /// The receiver agrees, to so many requests per minute; `nil` means any number.
  case agreed(ratePerMinute: Int?)
  /// It does not, or did not answer.
  case refused(AttemptFailure)

  /// Reads an answer; the headers alone are consent, and a status other than 2xx takes it back.
  ///
  /// Source: CloudEvents HTTP webhooks 1.0.2, section 4.2.
  /// - Parameter origin: the name that asked.
  package init(_ response: ReceivedResponse, origin: String) {
    guard let allowed = response.header("WebHook-Allowed-Origin") else {
      self = Self.refused("the receiver answered \(response.status) without WebHook-Allowed-Origin")
      return
    }
    guard allowed == "*" || allowed.lowercased() == origin.lowercased() else {
      self = Self.refused("WebHook-Allowed-Origin: expected \(origin) or *, got another name")
      return
    }
    guard (200...299).contains(response.status) else {
      self = Self.refused("the receiver answered \(response.status)")
      return
    }
    guard let rate = response.header("WebHook-Allowed-Rate"), rate != "*" else {
      self = .agreed(ratePerMinute: nil)
      return
    }
    guard let number = Int(rate), number > 0, rate.utf8.first != UInt8(ascii: "+") else {
      self = Self.refused("WebHook-Allowed-Rate: expected a whole number above 0 or *, got something else")
      return
    }
    self = .agreed(ratePerMinute: number)
  }

  /// Reads an exchange that brought no answer. An address that is not allowed stays what it is: asking again would not help.
  package init(_ failure: AttemptFailure) {
    self = failure.kind == .blocked ? .refused(failure) : Self.refused(failure.message)
  }

  /// The verdict as people see it.
  var state: HandshakeState {
    switch self {
    case .agreed(let rate): .agreed(ratePerMinute: rate)
    case .refused: .refused
    }
  }

  private static func refused(_ message: String) -> HandshakeVerdict {
    .refused(AttemptFailure(.handshake, "the receiver did not agree to deliveries: \(message)"))
  }
}
