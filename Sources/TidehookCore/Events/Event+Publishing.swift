// The event that comes of what a producer published.

extension Event {
  /// Makes the event that a request asks for: an id and a time that it does not bring are made of `key` and `now`.
  public convenience init(_ request: PublishRequest, key: TimeOrderedID, acceptedAt now: Timestamp) {
    let id = request.id ?? EventID(key)
    self.init(
      key: key, id: id, type: request.type, namespace: request.namespace,
      timestamp: request.timestamp.flatMap { Timestamp(rfc3339: $0) } ?? now, acceptedAt: now,
      payload: Self.envelope(id: id, type: request.type, timestamp: request.timestamp ?? now.rfc3339, request), trace: request.trace)
  }

  /// REM's envelope, in REM's key order, and behind it the attributes of a CloudEvent. Id, type and time hold no character that JSON escapes.
  private static func envelope(id: EventID, type: EventType, timestamp: String, _ request: PublishRequest) -> [UInt8] {
    let extra = request.cloudEvent.map { $0.count + 16 } ?? 0
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64 + id.rawValue.utf8.count + type.name.utf8.count + timestamp.utf8.count + request.data.count + extra)
    bytes += #"{"id":""#.utf8
    bytes += id.rawValue.utf8
    bytes += #"","event":""#.utf8
    bytes += type.name.utf8
    bytes += #"","timestamp":""#.utf8
    bytes += timestamp.utf8
    bytes += #"","data":"#.utf8
    bytes += request.data
    if let attributes = request.cloudEvent {
      bytes += #","cloudevent":"#.utf8
      bytes += attributes
    }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}
