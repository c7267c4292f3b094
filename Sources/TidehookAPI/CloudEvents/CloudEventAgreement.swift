// Answers the validation request with which senders of CloudEvents ask whether they may send: HTTP webhooks 1.0.2, section 4.

import HTTPTypes
import Hummingbird

/// The answer to `OPTIONS` where events are published. It gives no rights: publishing needs a key all the same.
enum CloudEventAgreement {
  static let events = Operation(
    id: "agreeToEvents", method: .options, path: "/v1/events", isOpen: true,
    summary: "Agree to CloudEvents: the validation request of CloudEvents webhooks.", answer: "")

  static let batches = Operation(
    id: "agreeToBatches", method: .options, path: "/v1/events/batch", isOpen: true,
    summary: "Agree to batches of CloudEvents: the validation request of CloudEvents webhooks.", answer: "")

  /// Agrees with whoever gives a name, at any rate; what is too much for a key is answered 429 when it comes.
  static func answer(_ request: APIRequest, methods: String) throws -> Response {
    var headers: HTTPFields = [name("Allow"): methods]
    if let origin = request.header(name("WebHook-Request-Origin")) {
      guard isName(origin) else {
        throw APIError.unexpected("WebHook-Request-Origin", "a DNS name", got: quoted(origin), code: .invalidHeader)
      }
      if let rate = request.header(name("WebHook-Request-Rate")) {
        guard rate.utf8.allSatisfy({ (0x30...0x39).contains($0) }), rate.utf8.contains(where: { $0 != 0x30 }) else {
          throw APIError.unexpected("WebHook-Request-Rate", "a whole number above 0", got: quoted(rate), code: .invalidHeader)
        }
      }
      headers[name("WebHook-Allowed-Origin")] = origin
      headers[name("WebHook-Allowed-Rate")] = "*"
    }
    return Response(status: .ok, headers: headers)
  }

  /// Letters, digits, `-`, `.` and `_`, and a port.
  private static func isName(_ text: String) -> Bool {
    (1...259).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"):
          true
        default: false
        }
      }
  }

  private static func name(_ text: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is a field name") }
    return name
  }
}
