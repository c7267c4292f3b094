// Slack's Events API and slash commands.

import TidehookCore

extension SimulatedProvider {
  static let slack = SimulatedProvider(
    "slack", .slack,
    samples: [
      sample("message", #""channel":"C0TIDE","channel_type":"channel","text":"High tide at noon","ts":"{{seconds}}.000100""#),
      sample("app_mention", #""channel":"C0TIDE","text":"<@U0TIDEHOOK> status?","ts":"{{seconds}}.000100""#),
      sample(
        "reaction_added",
        #""reaction":"ocean","item":{"type":"message","channel":"C0TIDE","ts":"{{seconds}}.000100"},"event_ts":"{{seconds}}.000200""#),
      RequestSample("url_verification", #"{"token":"not-used-any-more","challenge":"challenge-{{id}}","type":"url_verification"}"#),
      RequestSample(
        "command", contentType: "application/x-www-form-urlencoded",
        "token=not-used-any-more&team_id=T0TIDE&team_domain=tide&channel_id=C0TIDE&channel_name=general&user_id=U0ADA&user_name=ada"
          + "&command=%2Ftide&text=when+is+high+tide%3F&api_app_id=A0TIDE"
          + "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT0TIDE%2F1%2Fexample&trigger_id={{id}}"),
    ]
  ) { _, _ in
    [HeaderField("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)"), HeaderField("Accept", "*/*")]
  }

  private static func sample(_ event: String, _ members: String) -> RequestSample {
    RequestSample(
      event,
      #"{"token":"not-used-any-more","team_id":"T0TIDE","api_app_id":"A0TIDE","event":{"type":"\#(event)","user":"U0ADA",\#(members)},"#
        + #""type":"event_callback","event_id":"Ev{{id}}","event_time":{{seconds}},"authorizations":[{"team_id":"T0TIDE","user_id":"U0TIDEHOOK","is_bot":true}]}"#
    )
  }
}
