// What opens the console: a key, or a one-time link.

import TidehookCore

/// What somebody signs in with.
enum Credential {
  case key(String)
  case link(String)

  init(_ fields: Fields) throws {
    let key = try fields["key"].map(Self.text)
    let link = try fields["link"].map(Self.text)
    switch (key, link) {
    case (let key?, nil): self = .key(key)
    case (nil, let link?): self = .link(link)
    case (nil, nil): throw APIError(.missingField, "key: is required, or link", field: "key")
    case (_?, _?): throw APIError(.invalidField, "link: expected either key or link, got both", field: "link")
    }
  }

  private static func text(_ field: Field) throws -> String {
    guard let text = field.value.stringValue, (1...512).contains(text.utf8.count) else {
      throw field.unexpectedSecret("a string of 1 to 512 bytes")
    }
    return text
  }

  var label: String {
    switch self {
    case .key: "key"
    case .link: "link"
    }
  }

  var problem: String {
    switch self {
    case .key: "the API key is not valid"
    case .link: "the link was used before, or has expired; tidehook console makes another one"
    }
  }
}
