// Headers as scripts see them.

import TidehookCore

extension JSONValue {
  /// An object by lower-case name; a name that came more than once has its values joined with commas (RFC 9110, 5.3).
  init(headers: [HeaderField]) {
    var members: [Member] = []
    var places: [String: Int] = [:]
    for field in headers {
      let name = field.name.lowercased()
      if let place = places[name] {
        members[place].value = .string("\(members[place].value.stringValue ?? ""), \(field.value)")
      } else {
        places[name] = members.count
        members.append(Member(name, .string(field.value)))
      }
    }
    self = .object(members)
  }
}
