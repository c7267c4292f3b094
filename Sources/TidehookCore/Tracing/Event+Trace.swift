// The trace of an event: its producer's, or else one that begins with it and costs no storage.

extension Event {
  /// The id of its trace: the producer's, else the 128 bits of its key, whose lower half is random, so that retries, restarts and each of
  /// its deliveries agree on it.
  public var traceID: String { trace?.traceID ?? Self.hex(UInt64(bitPattern: key.key)) + Self.hex(key.entropy) }

  /// The headers that tell a receiver of the trace: the attempt is the parent, named by the random half of its id. A trace that begins here
  /// is not sampled.
  public func traceHeaders(_ attempt: AttemptID) -> [HeaderField] {
    let span = Self.hex(max(1, attempt.value.entropy))
    let parent = HeaderField(TraceContext.parentHeader, TraceContext.traceparent(traceID, span, trace?.flags ?? 0))
    guard let state = trace?.state else { return [parent] }
    return [parent, HeaderField(TraceContext.stateHeader, state.text)]
  }

  private static func hex(_ value: UInt64) -> String {
    String(unsafeUninitializedCapacity: 16) { buffer in
      for index in 0..<16 { buffer[index] = digits[Int(value >> UInt64(60 - 4 * index) & 15)] }
      return 16
    }
  }

  private static let digits = Array("0123456789abcdef".utf8)
}
