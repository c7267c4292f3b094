// Completes changes of a webhook's settings by what it has of them: the API takes each of these settings as a whole.

import TidehookCore

/// Changes that a command line names.
struct WebhookMerge {
  /// What the API is to be told, but for what the webhook has.
  let members: [JSONValue.Member]
  private let removedHeaders: [String]

  private static let settings: Set = ["headers", "tls", "breaker", "batch", "auto_disable"]

  init(_ members: [JSONValue.Member], removedHeaders: [String]) {
    self.members = members
    self.removedHeaders = removedHeaders
  }

  /// Whether nothing is to be changed.
  var isEmpty: Bool { members.isEmpty && removedHeaders.isEmpty }

  /// Whether it takes the webhook as it is to say what it is to be.
  var needsCurrent: Bool {
    !removedHeaders.isEmpty || members.contains { Self.settings.contains($0.key) && $0.value.members != nil }
  }

  /// The members of the request that changes only what was named.
  func merged(into webhook: JSONValue) throws(CommandFailure) -> [JSONValue.Member] {
    var members = self.members
    if !removedHeaders.isEmpty, !members.contains(where: { $0.key == "headers" }) { members.append(.init("headers", .object([]))) }
    for index in members.indices where Self.settings.contains(members[index].key) {
      guard let given = members[index].value.members else { continue }
      let isHeaders = members[index].key == "headers"
      var parts = webhook[members[index].key]?.members ?? []
      if isHeaders { try remove(from: &parts) }
      for part in given {
        parts.removeAll { isHeaders ? $0.key.lowercased() == part.key.lowercased() : $0.key == part.key }
        parts.append(part)
      }
      parts.removeAll { $0.value == .null }
      members[index] = .init(members[index].key, parts.isEmpty && members[index].key == "tls" ? .null : .object(parts))
    }
    return members
  }

  private func remove(from headers: inout [JSONValue.Member]) throws(CommandFailure) {
    for name in removedHeaders {
      let count = headers.count
      headers.removeAll { $0.key.lowercased() == name.lowercased() }
      guard headers.count < count else { throw CommandFailure(.usage, "--remove-header: the webhook has no header \(name)") }
    }
  }
}
