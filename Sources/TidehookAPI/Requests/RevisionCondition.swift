// Revisions as entity tags: what a change may demand of that which it changes.

import HTTPTypes
import Hummingbird

/// The revisions on which a change may be made, as `If-Match` has them (RFC 9110, section 13.1.1).
struct RevisionCondition: Sendable {
  /// What stands for any revision is left out; a tag that is no revision is none of ours.
  private let revisions: Set<Int>?

  /// A revision as an entity tag.
  static func tag(_ revision: Int) -> String { "\"\(revision)\"" }

  /// Reads `If-Match`: `*`, or revisions in quotation marks, separated by commas. Without it a change may be made on any revision.
  init(_ request: APIRequest) throws(APIError) {
    guard let text = request.header(.ifMatch), Self.trimmed(text[...]) != "*" else {
      revisions = nil
      return
    }
    var found: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      var tag = Self.trimmed(part)
      // A proxy that compresses answers makes tags weak.
      if tag.hasPrefix("W/") { tag.removeFirst(2) }
      guard tag.count >= 2, tag.first == "\"", tag.last == "\"" else {
        throw APIError.unexpected(
          "If-Match", "* or revisions in quotation marks, such as \"7\", separated by commas", got: quoted(text), code: .invalidHeader)
      }
      let name = tag.dropFirst().dropLast()
      // Tags are compared as they are: "+7" and "007" are none of ours.
      if let revision = Int(name), String(revision) == name { found.insert(revision) }
    }
    revisions = found
  }

  /// Throws when a call that takes no `If-Match` has one: whoever demands a revision must not get the change all the same.
  static func refuse(_ request: APIRequest) throws(APIError) {
    guard let text = request.header(.ifMatch) else { return }
    throw APIError.unexpected("If-Match", "none, for this call does not take it", got: quoted(text), code: .invalidHeader)
  }

  /// Without white space around it (RFC 9110, section 5.6.3).
  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return text
  }

  /// Throws unless a change may be made on a revision.
  func check(_ current: Int) throws(APIError) {
    guard let revisions, !revisions.contains(current) else { return }
    let wanted = revisions.isEmpty ? "another one" : revisions.sorted().map(String.init).joined(separator: " or ")
    var refusal = APIError(
      .preconditionFailed, "If-Match: it is at revision \(current), expected \(wanted); read it again and repeat the change",
      field: "If-Match")
    refusal.currentTag = Self.tag(current)
    throw refusal
  }
}

extension Response {
  /// The answer with the revision that it shows.
  func tagged(_ revision: Int) -> Response {
    var answer = self
    answer.headers[.eTag] = RevisionCondition.tag(revision)
    return answer
  }
}
