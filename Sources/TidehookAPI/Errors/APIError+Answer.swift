// How a refusal looks on the wire.

import Hummingbird
import TidehookCore

extension APIError {
  /// The whole answer, with the headers that its status asks for (RFC 9110, sections 10.2.1, 10.2.3 and 11.6.1).
  var answer: Response { answer(with: json) }

  /// The body of an answer: `{"error": {…}, "detail": …}`.
  var json: JSONWriter {
    var json = JSONWriter(reserving: 2 * message.utf8.count + 128)
    json.beginObject()
    json.key("error")
    write(to: &json)
    // Mem0's clients show `detail`.
    json.key("detail")
    json.string(message)
    json.endObject()
    return json
  }

  /// The whole answer with another body.
  func answer(with json: JSONWriter) -> Response {
    var response = Response.json(json, status: code.status)
    if code == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer realm=\"tidehook\"" }
    if code == .unavailable || code == .rateLimited { response.headers[.retryAfter] = String(retryAfterSeconds) }
    if let currentTag { response.headers[.eTag] = currentTag }
    if !allowedMethods.isEmpty { response.headers[.allow] = allowedMethods.joined(separator: ", ") }
    return response
  }

  /// Writes `{"code", "message", "field"?}`, which batches use for each event that they reject.
  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.key("code")
    json.string(code.rawValue)
    json.key("message")
    json.string(message)
    if let field {
      json.key("field")
      json.string(field)
    }
    json.endObject()
  }
}
