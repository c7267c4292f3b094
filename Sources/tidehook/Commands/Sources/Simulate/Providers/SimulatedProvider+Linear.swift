// Linear's webhooks.

import TidehookCore

extension SimulatedProvider {
  static let linear = SimulatedProvider(
    "linear", .linear,
    samples: [
      sample(
        "Issue", "create",
        #"""
        {"id":"2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9","createdAt":"{{time}}","updatedAt":"{{time}}","number":42,"title":"Retry on 503",
        "priority":2,"identifier":"TID-42","url":"https://linear.app/tide/issue/TID-42","teamId":"72b2a2dc-6f4f-4423-9d34-24b5bd10634a",
        "state":{"id":"2b1c3f0f-3f0a-4b3e-9a5f-7d7e2c1b0a99","name":"Todo","type":"unstarted"},"labels":[]}
        """#),
      sample(
        "Comment", "create",
        #"""
        {"id":"5b8c4f5e-6a1b-4c57-8f77-3f6a1a3f9e10","createdAt":"{{time}}","body":"Receivers say when.",
        "issueId":"2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9","userId":"aacdca22-6266-4c0a-ab3c-8fa70a26765c"}
        """#),
    ]
  ) { event, id in
    [
      HeaderField("User-Agent", "Linear-Webhook"), HeaderField("Accept-Charset", "utf-8"), HeaderField("Linear-Delivery", id.uuid),
      HeaderField("Linear-Event", event),
    ]
  }

  private static func sample(_ event: String, _ action: String, _ data: String) -> RequestSample {
    RequestSample(
      event, contentType: "application/json; charset=utf-8",
      #"{"action":"\#(action)","type":"\#(event)","createdAt":"{{time}}","organizationId":"af7ab8b4-1c1b-4e7c-9d41-0f1a8c0b5d2e","#
        + #""actor":{"id":"aacdca22-6266-4c0a-ab3c-8fa70a26765c","name":"Ada","type":"user"},"data":\#(data),"#
        + #""webhookTimestamp":{{milliseconds}},"webhookId":"000042e3-d123-4980-b49f-8e140eef9329"}"#)
  }
}
