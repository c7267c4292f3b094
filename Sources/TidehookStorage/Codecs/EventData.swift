// Finds `data` in an event's payload: what decides whether two events with one id are the same.

/// Reads the canonical envelope, `{"id":…,"event":…,"timestamp":…,"data":…}`, with `"cloudevent":…` behind when it was published as one.
enum EventData {
  private static let key = Array(#","data":"#.utf8)

  /// The bytes of `data` and of what follows it, to the end. Ids, types and times hold no quotation mark, so the first match is the member itself.
  static func slice(of payload: [UInt8]) -> ArraySlice<UInt8> {
    var start = 0
    while start + key.count < payload.count {
      if payload[start] == key[0], payload[start..<start + key.count].elementsEqual(key) {
        return payload[(start + key.count)..<(payload.count - 1)]
      }
      start += 1
    }
    return payload[...]
  }
}
