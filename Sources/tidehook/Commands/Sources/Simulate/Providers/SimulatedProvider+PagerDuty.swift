// PagerDuty's webhooks, version 3.

import TidehookCore

extension SimulatedProvider {
  static let pagerduty = SimulatedProvider(
    "pagerduty", .pagerduty,
    samples: ["triggered", "acknowledged", "resolved"].map(sample)
  ) { _, id in
    [
      HeaderField("User-Agent", "PagerDuty-Webhook/V3.0"), HeaderField("X-Webhook-Id", id.uuid),
      HeaderField("X-Webhook-Subscription", "PTIDE01"),
    ]
  }

  private static func sample(_ status: String) -> RequestSample {
    RequestSample(
      "incident.\(status)",
      #"{"event":{"id":"{{id}}","event_type":"incident.\#(status)","resource_type":"incident","occurred_at":"{{time}}","#
        + #""agent":{"id":"PADA001","type":"user_reference","summary":"Ada","html_url":"https://tide.pagerduty.com/users/PADA001"},"#
        + #""client":null,"data":{"id":"PTIDE42","type":"incident","number":42,"status":"\#(status)","title":"The tide gauge is silent","#
        + #""urgency":"high","html_url":"https://tide.pagerduty.com/incidents/PTIDE42","#
        + #""service":{"id":"PSEA001","type":"service_reference","summary":"Gauges"},"assignees":[],"priority":null}}}"#)
  }
}
