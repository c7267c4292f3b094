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
    guard let text = request.header(.ifMatch), text != "*" else {
      revisions = nil
      return
    }
    var found: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      var tag = part.drop { $0 == " " }
      while tag.last == " " { tag.removeLast() }
      // A proxy that compresses answers makes tags weak.
      if tag.hasPrefix("W/") { tag.removeFirst(2) }
      guard tag.count >= 2, tag.first == "\"", tag.last == "\"" else {
        throw APIError.unexpected(
          "If-Match", "* or revisions in quotation marks, such as \"7\", separated by commas", got: quoted(text), code: .invalidHeader)
      }
      if let revision = Int(tag.dropFirst().dropLast()) { found.insert(revision) }
    }
    revisions = found
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
