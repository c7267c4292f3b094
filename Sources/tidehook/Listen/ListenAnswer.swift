// What a request is answered with.

import TidehookCore

/// A status, headers and a body.
struct ListenAnswer: Sendable {
  /// The status, 200 to 599.
  let status: Int
  /// The headers but those of the connection and of the framing.
  let headers: [HeaderField]
  /// The body.
  let body: [UInt8]

  /// Whether the request is one of those that the user asked for.
  var isCounted = true

  /// How long the body would be that an answer to `HEAD` tells of; `nil` when nobody knows.
  var lengthOfHead: Int?

  /// Makes an answer whose body is whole.
  init(status: Int, headers: [HeaderField], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
    lengthOfHead = body.count
  }

  /// Whether the answer says how long its body is; these two have none by definition (RFC 9110, section 8.6).
  var hasLength: Bool { status != 204 && status != 304 }

  /// The answer of a receiver that has nothing to say.
  static func received(status: Int) -> ListenAnswer {
    let hasBody = status != 204 && status != 304
    return json(status, ["received": true], isEmpty: !hasBody)
  }

  /// The answer to a gateway that asks whether a webhook may send here.
  static func challenge(_ challenge: String) -> ListenAnswer {
    var answer = json(200, ["challenge": .string(challenge)])
    answer.isCounted = false
    return answer
  }

  /// The answer to a challenge that was not signed with the secret.
  static var unsignedChallenge: ListenAnswer {
    var answer = json(401, ["error": ["code": "bad_signature", "message": "the challenge is not signed with the secret of this receiver"]])
    answer.isCounted = false
    return answer
  }

  /// An answer that tells why there is no better one.
  static func failure(_ status: Int, _ message: String) -> ListenAnswer {
    json(status, ["error": ["code": "forward_failed", "message": .string(message)]])
  }

  private static func json(_ status: Int, _ body: JSONValue, isEmpty: Bool = false) -> ListenAnswer {
    ListenAnswer(status: status, headers: [HeaderField("content-type", "application/json")], body: isEmpty ? [] : body.bytes)
  }
}
