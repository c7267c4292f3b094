// Discord's interactions.

import TidehookCore

extension SimulatedProvider {
  static let discord = SimulatedProvider(
    "discord", .discord,
    samples: [
      RequestSample(
        "ping",
        #"{"application_id":"845027738276462632","entitlements":[],"id":"{{number}}","token":"example","type":1,"#
          + #""user":{"id":"53908232506183680","username":"ada"},"version":1}"#),
      RequestSample(
        "command",
        #"{"application_id":"845027738276462632","channel_id":"645027906669510667","data":{"id":"771825006014889984","name":"tide","#
          + #""options":[{"name":"place","type":3,"value":"Dover"}],"type":1},"guild_id":"290926798626357999","id":"{{number}}","#
          + #""locale":"en-GB","member":{"user":{"id":"53908232506183680","username":"ada"},"roles":[]},"#
          + #""token":"example","type":2,"version":1}"#),
    ]
  ) { _, _ in
    [HeaderField("User-Agent", "Discord-Interactions/1.0 (+https://discord.com)")]
  }
}
