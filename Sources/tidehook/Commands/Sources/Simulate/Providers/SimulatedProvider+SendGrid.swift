// SendGrid's event webhook: a list of events in each request, and a line end behind it.

import TidehookCore

extension SimulatedProvider {
  static let sendgrid = SimulatedProvider(
    "sendgrid", .sendgrid,
    samples: [
      sample("delivered", #""response":"250 OK","#), sample("open", #""useragent":"Mail/1.0","ip":"203.0.113.9","#),
      sample("bounce", #""reason":"550 no such user","status":"5.1.1","type":"bounce","#),
      RequestSample(
        "batch",
        #"[{"email":"ada@example.com","event":"processed","timestamp":{{seconds}},"sg_event_id":"{{id}}-1","sg_message_id":"tide.1"},"#
          + #"{"email":"ada@example.com","event":"delivered","timestamp":{{seconds}},"sg_event_id":"{{id}}-2","sg_message_id":"tide.1"}]"#
          + "\r\n"),
    ]
  ) { _, _ in
    [HeaderField("User-Agent", "SendGrid Event API")]
  }

  private static func sample(_ event: String, _ members: String) -> RequestSample {
    RequestSample(
      event,
      #"[{"email":"ada@example.com","event":"\#(event)",\#(members)"timestamp":{{seconds}},"sg_event_id":"{{id}}","#
        + #""sg_message_id":"tide.filter0001.1","smtp-id":"<tide@example.com>","category":["tide"]}]"# + "\r\n")
  }
}
