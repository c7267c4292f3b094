import Testing
import TidehookCore
import TidehookSigning

@Suite struct PagerDutyRequestsTests {
  private static let vector = Vector(.pagerduty, "lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK")
  private static let right = "v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd"
  private static let wrong = "v1=7020c8a7ec668a9b7012bc3dd82e483394b038f4230acc6785efbf2a7d8bcaf5"

  /// The body of PagerDuty's own test, in lines that fit.
  private static let body = [
    #"{"event":{"id":"01BWDWL3NYY7LUFPZCC28QUCMK","event_type":"incident.priority_updated","resource_type":"incident","occur"#,
    #"red_at":"2021-04-26T17:36:27.458Z","agent":{"html_url":"https://acme.pagerduty.com/users/PLH1HKV","id":"PLH1HKV","self"#,
    #"":"https://api.pagerduty.com/users/PLH1HKV","summary":"Tenex Engineer","type":"user_reference"},"client":null,"data":{"#,
    #""id":"PGR0VU2","type":"incident","self":"https://api.pagerduty.com/incidents/PGR0VU2","html_url":"https://acme.pagerdu"#,
    #"ty.com/incidents/PGR0VU2","number":2,"status":"triggered","title":"A little bump in the road","service":{"html_url":"h"#,
    #"ttps://acme.pagerduty.com/services/PF9KMXH","id":"PF9KMXH","self":"https://api.pagerduty.com/services/PF9KMXH","summar"#,
    #"y":"API Service","type":"service_reference"},"assignees":[{"html_url":"https://acme.pagerduty.com/users/PTUXL6G","id":"#,
    #""PTUXL6G","self":"https://api.pagerduty.com/users/PTUXL6G","summary":"User 123","type":"user_reference"}],"escalation_"#,
    #"policy":{"html_url":"https://acme.pagerduty.com/escalation_policies/PUS0KTE","id":"PUS0KTE","self":"https://api.pagerd"#,
    #"uty.com/escalation_policies/PUS0KTE","summary":"Default","type":"escalation_policy_reference"},"teams":[{"html_url":"h"#,
    #"ttps://acme.pagerduty.com/teams/PFCVPS0","id":"PFCVPS0","self":"https://api.pagerduty.com/teams/PFCVPS0","summary":"En"#,
    #"gineering","type":"team_reference"}],"priority":{"html_url":"https://acme.pagerduty.com/account/incident_priorities",""#,
    #"id":"PSO75BM","self":"https://api.pagerduty.com/priorities/PSO75BM","summary":"P1","type":"priority_reference"},"urgen"#,
    #"cy":"high","conference_bridge":{"conference_number":1000,"conference_url":"https://example.com"},"resolve_reason":null"#,
    #"}}}"#,
  ].joined()

  @Test(arguments: [right, "\(wrong),\(right)", "\(right),\(wrong)", "v2=00, \(right)"])
  func publishedBody(value: String) throws {
    try Self.vector.verify(Self.body, [("X-PagerDuty-Signature", value)])
  }

  @Test(arguments: [wrong, "\(wrong),\(wrong)", String(right.dropFirst(3)), "v2" + right.dropFirst(2), "v1="])
  func othersAreRefused(value: String) {
    #expect(Self.vector.failure(Self.body, [("X-PagerDuty-Signature", value)]) != nil)
  }
}
