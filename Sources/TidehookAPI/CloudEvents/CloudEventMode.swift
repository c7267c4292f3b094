// How a request carries CloudEvents, as its headers tell: HTTP protocol binding 1.0.2, section 3.

import HTTPTypes

/// The content modes of CloudEvents over HTTP.
enum CloudEventMode {
  /// One event, all of it in a JSON body.
  case structured
  /// One event, its attributes in `ce-` headers and its data as the body.
  case binary
  /// A JSON array of events.
  case batch

  /// The mode of a request; `nil` when it carries no CloudEvents. Event formats other than JSON are refused.
  init?(_ headers: HTTPFields) throws {
    if let type = headers.value(of: .contentType), let mode = try Self.named(by: type) {
      self = mode
    } else if Self.telling.contains(where: { headers.value(of: $0) != nil }) {
      self = .binary
    } else {
      return nil
    }
  }

  private static func named(by type: String) throws -> CloudEventMode? {
    // All others, plain JSON first of all, go on after one comparison.
    guard type.utf8.count >= prefix.utf8.count, type.prefix(prefix.utf8.count).lowercased() == prefix else { return nil }
    switch MediaType.essence(type) {
    case "application/cloudevents", "application/cloudevents+json": return .structured
    case "application/cloudevents-batch", "application/cloudevents-batch+json": return .batch
    default:
      let expectation = "CloudEvents as application/cloudevents+json or application/cloudevents-batch+json, or with ce- headers"
      throw APIError(.unsupportedMediaType, "expected \(expectation), got Content-Type \(quoted(type))", field: "Content-Type")
    }
  }

  private static let prefix = "application/cloudevents"

  /// Headers of which a request in binary mode has all; one is enough to say what the others are missing from.
  private static let telling = ["ce-specversion", "ce-type", "ce-id"].compactMap { HTTPField.Name($0) }
}
