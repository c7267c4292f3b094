// What is measured: a short list, so that every figure in the documentation can be named and run again alone.

/// One load scenario.
struct Scenario {
  /// Which server is under load.
  enum Subject {
    /// The generator publishes straight to the receiver: what both can do at most.
    case generator
    /// The in-memory relay.
    case floor
    /// The product, with a receiver that never answers: only accepting is measured.
    case accepting
    /// The product, end to end.
    case endToEnd
  }

  /// What `--only` calls it.
  let name: String
  /// What the tables call it.
  let title: String
  let subject: Subject
  let shape: RequestShape
  /// Webhooks that want each event.
  var webhooks = 1
  /// The webhooks' inline script.
  var script: String?
  /// The scenario to which its rate is compared.
  var floor: String?
  /// Whether latency is measured at half of the rate that was found.
  var measuresLatency = false

  /// Every scenario, in the order in which they run: each right after its floor, while the machine is as quick as it was then.
  static let all = [
    Scenario(name: "generator", title: "load generator and receiver alone", subject: .generator, shape: .single),
    Scenario(name: "accept-single", title: "accept only, single publish", subject: .accepting, shape: .single),
    Scenario(name: "accept-batch", title: "accept only, batch publish", subject: .accepting, shape: .batch),
    Scenario(name: "floor-single", title: "floor, single publish", subject: .floor, shape: .single, measuresLatency: true),
    Scenario(
      name: "plain-single", title: "no script, single publish", subject: .endToEnd, shape: .single, floor: "floor-single",
      measuresLatency: true),
    Scenario(
      name: "slack-single", title: "Slack script, single publish", subject: .endToEnd, shape: .single, script: slackScript,
      floor: "floor-single", measuresLatency: true),
    Scenario(name: "floor-batch", title: "floor, batch publish", subject: .floor, shape: .batch),
    Scenario(name: "plain-batch", title: "no script, batch publish", subject: .endToEnd, shape: .batch, floor: "floor-batch"),
    Scenario(
      name: "slack-batch", title: "Slack script, batch publish", subject: .endToEnd, shape: .batch, script: slackScript,
      floor: "floor-batch"),
    Scenario(name: "floor-fanout", title: "floor, 1 event to 10", subject: .floor, shape: .single, webhooks: 10),
    Scenario(
      name: "fanout-single", title: "1 event to 10 webhooks, no script", subject: .endToEnd, shape: .single, webhooks: 10,
      floor: "floor-fanout", measuresLatency: true),
  ]

  /// The script of the Slack use case, filter and transform.
  static let slackScript = """
    function filter(event, ctx)
      return has_tag(event, "architecture")
    end
    function transform(event, ctx)
      return { text = "New architecture decision stored:\\n" .. event.data.content },
             { headers = { ["X-Team"] = ctx.options.team }, content_type = "application/json" }
    end
    """
}
