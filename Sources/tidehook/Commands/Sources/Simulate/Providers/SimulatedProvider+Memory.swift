// Memory events: REM Labs' and Mem0's.

import TidehookCore

extension SimulatedProvider {
  static let rem = SimulatedProvider(
    "rem", .rem, samples: ["memory.created", "memory.updated", "memory.deleted", "memory.recalled"].map(remSample)
  ) { _, _ in [] }

  static let mem0 = SimulatedProvider(
    "mem0", .mem0,
    samples: [
      mem0Sample("memory_add", "ADD"), mem0Sample("memory_update", "UPDATE"), mem0Sample("memory_delete", "DELETE"),
      RequestSample(
        "memory_categorize",
        #"{"event_details":{"event":"CATEGORIZE","memory_id":"{{uuid}}","categories":["hobbies","travel"]}}"#),
    ]
  ) { event, id in
    [HeaderField("X-Mem0-Event", event), HeaderField("X-Mem0-Delivery", id.uuid)]
  }

  private static func remSample(_ event: String) -> RequestSample {
    RequestSample(
      event,
      #"{"id":"evt_{{id}}","event":"\#(event)","timestamp":"{{time}}","data":{"memory_id":"mem_xyz789","#
        + #""content":"We decided to use Redis for caching","namespace":"my-project","tags":["architecture","caching"],"#
        + #""created_at":"{{time}}"}}"#)
  }

  private static func mem0Sample(_ event: String, _ verb: String) -> RequestSample {
    RequestSample(event, #"{"event_details":{"id":"{{uuid}}","data":{"memory":"Name is Alex"},"event":"\#(verb)"}}"#)
  }
}
