// Turns options of the command line into members of a request.

import TidehookCore

extension [JSONValue.Member] {
  /// The members that have a value: options that were not given are left out.
  init(given fields: [(String, JSONValue?)]) {
    self = fields.compactMap { name, value in value.map { JSONValue.Member(name, $0) } }
  }
}
