// Signing schemes as people write them on a command line.

import TidehookCore

/// Names separated by commas, and JSON objects for schemes that need more than a name.
enum SchemeText {
  /// What an option takes.
  static let help =
    SigningScheme.named.map(\.name).joined(separator: ", ")
    + #"; separated by commas. Or {"scheme": "custom", "header": …}; may be repeated"#

  /// The schemes as the API takes them.
  static func values(_ texts: [String]) throws(CommandFailure) -> [JSONValue] {
    var values: [JSONValue] = []
    for text in texts {
      guard text.hasPrefix("{") else {
        values += text.split(separator: ",").map { .string(String($0)) }
        continue
      }
      do {
        values.append(try JSONValue(parsing: Array(text.utf8)))
      } catch {
        throw CommandFailure(.usage, "a scheme is not JSON: \(error)")
      }
    }
    return values
  }

  /// The schemes, checked.
  static func schemes(_ texts: [String]) throws(CommandFailure) -> [SigningScheme] {
    var schemes: [SigningScheme] = []
    for value in try values(texts) {
      do throws(JSONProblem) {
        schemes.append(try SigningScheme(json: value))
      } catch {
        let known = SigningScheme.named.map(\.name).joined(separator: ", ")
        if let name = value.stringValue { throw CommandFailure(.usage, "there is no scheme \(name); there are \(known)") }
        throw CommandFailure(.usage, "bad scheme: \(error)")
      }
    }
    return schemes
  }
}
