// Senders that follow a standard: Standard Webhooks, CloudEvents, and those that only share how they prove themselves.

import TidehookCore

extension SimulatedProvider {
  static let standard = SimulatedProvider(
    "standard", .standard,
    samples: ["user.created", "user.deleted"].map { event in
      RequestSample(
        event, #"{"type":"\#(event)","timestamp":"{{time}}","data":{"id":"user_{{id}}","email":"ada@example.com","name":"Ada"}}"#)
    }
  ) { _, _ in [] }

  /// CloudEvents 1.0 over HTTP, in each of its modes; they are not signed.
  static let cloudevents = SimulatedProvider(
    "cloudevents", .none,
    samples: [
      RequestSample("structured", contentType: "application/cloudevents+json", cloudEvent("{{id}}")),
      RequestSample("binary", #"{"gauge":"dover","level_m":6.4}"#),
      RequestSample(
        "batch", contentType: "application/cloudevents-batch+json", "[\(cloudEvent("{{id}}-1")),\(cloudEvent("{{id}}-2"))]"),
    ]
  ) { event, id in
    guard event == "binary" else { return [] }
    return [
      HeaderField("ce-specversion", "1.0"), HeaderField("ce-type", "com.example.tide.high"), HeaderField("ce-source", "/gauges/dover"),
      HeaderField("ce-id", id.id), HeaderField("ce-time", id.now.rfc3339),
    ]
  }

  private static func cloudEvent(_ id: String) -> String {
    #"{"specversion":"1.0","type":"com.example.tide.high","source":"/gauges/dover","id":"\#(id)","time":"{{time}}","#
      + #""datacontenttype":"application/json","data":{"gauge":"dover","level_m":6.4}}"#
  }

  /// Senders that are known by how they prove themselves alone.
  static let generic: [SimulatedProvider] = [VerificationScheme.hmac, .bearer, .basic, .apiKey, .path, .none].map { scheme in
    SimulatedProvider(
      scheme.rawValue, scheme,
      samples: [RequestSample("example.created", #"{"id":"{{id}}","type":"example.created","time":"{{time}}","data":{"answer":42}}"#)]
    ) { _, _ in [] }
  }
}
