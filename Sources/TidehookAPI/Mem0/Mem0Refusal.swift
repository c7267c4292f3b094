// How the Mem0 dialect refuses: bad fields by their names, everything else in one sentence.

import HTTPTypes
import Hummingbird
import TidehookCore

/// Fields of a request that are not as they should be: `400 {"name": ["This field is required."]}`.
struct Mem0Refusal: Error {
  /// What is wrong, by field, in the order of the checks.
  private(set) var problems: [(field: String, message: String)] = []

  /// Adds what is wrong with a field.
  mutating func add(_ field: String, _ message: String) {
    problems.append((field, message))
  }

  /// Adds a refusal in Tidehook's own words; the field need not stand in front of the message once more.
  mutating func add(_ field: String, _ error: APIError) {
    add(field, Self.message(of: error, about: field))
  }

  /// The whole answer.
  var answer: Response {
    var json = JSONWriter(reserving: 256)
    json.beginObject()
    for problem in problems {
      json.key(problem.field)
      json.beginArray()
      json.string(problem.message)
      json.endArray()
    }
    json.endObject()
    return .json(json, status: .badRequest)
  }

  /// A refusal in the dialect's words: 400 by field where there is one, else `{"error", "detail"}`.
  ///
  /// Mem0 documents `error` for 403 and 404 and sends `detail` for 401; its clients show `detail`, so both are there.
  static func answer(_ error: APIError) -> Response {
    if let field = error.field, error.code.status == .badRequest {
      var refusal = Mem0Refusal()
      refusal.add(field, error)
      return refusal.answer
    }
    var json = JSONWriter(reserving: 2 * error.message.utf8.count + 32)
    json.beginObject()
    json.key("error")
    json.string(error.message)
    json.key("detail")
    json.string(error.message)
    json.endObject()
    return error.answer(with: json)
  }

  private static func message(of error: APIError, about field: String) -> String {
    let prefix = field + ": "
    return error.message.hasPrefix(prefix) ? String(error.message.dropFirst(prefix.count)) : error.message
  }
}
