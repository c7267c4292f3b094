// The trace that a request belongs to.

import HTTPTypes
import TidehookCore

extension APIRequest {
  /// What the headers `traceparent` and `tracestate` say; `nil` when there is no valid one. Two of them are joined here, which makes them none.
  var trace: TraceContext? {
    guard let parent = header(.traceparent) else { return nil }
    return TraceContext(traceparent: parent, tracestate: header(.tracestate))
  }
}

extension HTTPField.Name {
  /// `traceparent` (W3C Trace Context, section 3.2).
  static let traceparent = traceName(TraceContext.parentHeader)
  /// `tracestate` (W3C Trace Context, section 3.3).
  static let tracestate = traceName(TraceContext.stateHeader)

  private static func traceName(_ text: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is a field name") }
    return name
  }
}
