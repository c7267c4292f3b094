// One page of a list: `{data, next_cursor}`.

import Hummingbird
import TidehookCore

/// A page ends early once it is this long, so that big events do not add up: 8 MiB.
let pageMaximumBytes = 8 << 20

/// Some rows of a list, and whether more follow.
struct Page<Rows: Collection> {
  private let rows: Rows
  private let list: Cursor.List
  private let hasMore: Bool
  private let key: (Rows.Element) -> Int64

  /// - Parameters:
  ///   - rows: the rows of this page.
  ///   - list: which list it is.
  ///   - hasMore: whether rows follow after these.
  ///   - key: the key of a row, which the cursor stands for.
  init(_ rows: Rows, of list: Cursor.List, hasMore: Bool, key: @escaping (Rows.Element) -> Int64) {
    self.rows = rows
    self.list = list
    self.hasMore = hasMore
    self.key = key
  }

  /// The answer, with each row as `write` writes it.
  func answer(_ write: (Rows.Element, inout JSONWriter) -> Void) -> Response {
    var json = JSONWriter(reserving: 512 * rows.count + 64)
    var last: Rows.Element?
    var count = 0
    json.beginObject()
    json.key("data")
    json.beginArray()
    for row in rows {
      write(row, &json)
      last = row
      count += 1
      if json.bytes.count > pageMaximumBytes { break }
    }
    json.endArray()
    json.key("next_cursor")
    if let last, hasMore || count < rows.count { json.string(Cursor.text(after: key(last), in: list)) } else { json.null() }
    json.endObject()
    return .json(json)
  }
}

extension QueryParameter {
  /// What every list takes.
  static let paging = [
    QueryParameter("limit", "How many, 1 to 500, 50 unless given."), QueryParameter("cursor", "The next_cursor of the page before."),
  ]

  /// What lists of things that happened take.
  static let times = [
    QueryParameter("since", "Only from this time on: RFC 3339, or how long ago like 30m."),
    QueryParameter("until", "Only before this time: RFC 3339, or how long ago like 30m."),
  ]
}
