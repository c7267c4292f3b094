// Twilio's messages and calls, which are forms, and its Verify service, whose webhooks are JSON.

import TidehookCore

extension SimulatedProvider {
  static let twilio = SimulatedProvider(
    "twilio", .twilio,
    samples: [
      sample(
        "message",
        "ToCountry=US&SmsMessageSid={{sid}}&NumMedia=0&SmsSid={{sid}}&SmsStatus=received&FromCountry=US&MessageSid={{sid}}"
          + "&AccountSid=AC0123456789abcdef0123456789abcdef&From=%2B14158675309&To=%2B18005551212&Body=When+is+high+tide%3F&NumSegments=1"
          + "&ApiVersion=2010-04-01"),
      sample(
        "status",
        "SmsSid={{sid}}&SmsStatus=delivered&MessageStatus=delivered&To=%2B14158675309&MessageSid={{sid}}"
          + "&AccountSid=AC0123456789abcdef0123456789abcdef&From=%2B18005551212&ApiVersion=2010-04-01"),
      sample(
        "call",
        "CallSid={{sid}}&CallStatus=ringing&Direction=inbound&From=%2B14158675309&Caller=%2B14158675309&To=%2B18005551212&Called=%2B18005551212"
          + "&AccountSid=AC0123456789abcdef0123456789abcdef&ApiVersion=2010-04-01"),
      RequestSample(
        "json",
        #"""
        {"uid":"{{uuid}}","type":"factor.verified","account_sid":"AC0123456789abcdef0123456789abcdef",
        "service_sid":"VA0123456789abcdef0123456789abcdef","entity_identity":"ada","factor_sid":"YF{{id}}","factor_type":"push",
        "factor_friendly_name":"Ada's phone"}
        """#),
    ]
  ) { _, id in
    [
      HeaderField("User-Agent", "TwilioProxy/1.1"), HeaderField("Accept", "*/*"), HeaderField("I-Twilio-Idempotency-Token", id.uuid),
    ]
  }

  private static func sample(_ event: String, _ form: String) -> RequestSample {
    RequestSample(
      event, contentType: "application/x-www-form-urlencoded; charset=utf-8", form.replacing("{{sid}}", with: "SM{{id}}"))
  }
}
