// One page of a search: `{data, next_cursor, searched_until}`. It may be short and have another page behind it.

import Hummingbird
import TidehookCore

/// What a search found, and how far it came.
struct FoundPage<Row> {
  /// The rows of this page.
  let rows: [Row]
  /// Which list it is.
  let list: Cursor.List
  /// The key behind which there may be more; `nil` when all was looked at.
  let position: Int64?
  /// Up to what time all was looked at; `nil` when all was.
  let searchedUntil: Timestamp?
  /// The key and the time of a row, for a page that gets too long.
  let place: (Row) -> (key: Int64, time: Timestamp)

  /// The answer, with each row as `write` writes it.
  func answer(_ write: (Row, inout JSONWriter) -> Void) -> Response {
    var json = JSONWriter(reserving: 512 * rows.count + 96)
    var (position, searchedUntil) = (position, searchedUntil)
    json.beginObject()
    json.key("data")
    json.beginArray()
    for (index, row) in rows.enumerated() {
      write(row, &json)
      guard json.bytes.count > pageMaximumBytes, index + 1 < rows.count else { continue }
      let place = place(row)
      (position, searchedUntil) = (place.key, place.time)
      break
    }
    json.endArray()
    json.key("next_cursor")
    json.optional(position.map { Cursor.text(after: $0, in: list) })
    json.key("searched_until")
    json.optional(position == nil ? nil : searchedUntil?.rfc3339)
    json.endObject()
    return .json(json)
  }
}
