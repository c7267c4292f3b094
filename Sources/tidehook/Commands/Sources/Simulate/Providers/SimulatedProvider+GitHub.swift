// GitHub's repository webhooks.

import TidehookCore

extension SimulatedProvider {
  static let github = SimulatedProvider(
    "github", .github,
    samples: [
      RequestSample(
        "push",
        #"""
        {"ref":"refs/heads/main","before":"6113728f27ae82c7b1a177c8d03f9e96e0adf246","after":"0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c",
        "created":false,"deleted":false,"forced":false,
        "compare":"https://github.com/octo-org/tide/compare/6113728f27ae...0d1a26e67d8f",
        "commits":[{"id":"0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c","message":"Explain how secrets rotate","timestamp":"{{time}}",
        "author":{"name":"Ada","email":"ada@example.com","username":"ada"},"added":["docs/rotation.md"],"removed":[],"modified":["README.md"]}],
        "head_commit":{"id":"0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c","message":"Explain how secrets rotate","timestamp":"{{time}}"},
        "repository":{"id":186853002,"name":"tide","full_name":"octo-org/tide","private":false,"html_url":"https://github.com/octo-org/tide",
        "default_branch":"main"},"pusher":{"name":"ada","email":"ada@example.com"},"sender":{"login":"ada","id":21031067,"type":"User"}}
        """#),
      RequestSample(
        "pull_request",
        #"""
        {"action":"opened","number":42,"pull_request":{"id":279147437,"number":42,"state":"open","title":"Retry on 503","draft":false,
        "html_url":"https://github.com/octo-org/tide/pull/42","user":{"login":"ada","id":21031067},"body":"Receivers say when.",
        "created_at":"{{time}}","head":{"ref":"retry-503","sha":"ec26c3e57ca3a959ca5aad62de7213c562f8c821"},"base":{"ref":"main"}},
        "repository":{"id":186853002,"name":"tide","full_name":"octo-org/tide","private":false},"sender":{"login":"ada","id":21031067}}
        """#),
      RequestSample(
        "issues",
        #"""
        {"action":"opened","issue":{"id":444500041,"number":7,"title":"Spelling in the guide","state":"open",
        "html_url":"https://github.com/octo-org/tide/issues/7","user":{"login":"ada","id":21031067},"labels":[],"created_at":"{{time}}",
        "body":"It says webhok."},"repository":{"id":186853002,"name":"tide","full_name":"octo-org/tide","private":false},
        "sender":{"login":"ada","id":21031067}}
        """#),
      RequestSample(
        "ping",
        #"""
        {"zen":"Design for failure.","hook_id":292430182,"hook":{"type":"Repository","id":292430182,"name":"web","active":true,
        "events":["push"],"config":{"content_type":"json","insecure_ssl":"0"}},
        "repository":{"id":186853002,"name":"tide","full_name":"octo-org/tide"},"sender":{"login":"ada","id":21031067}}
        """#),
    ]
  ) { event, id in
    [
      HeaderField("User-Agent", "GitHub-Hookshot/5f3a1c7"), HeaderField("Accept", "*/*"), HeaderField("X-GitHub-Event", event),
      HeaderField("X-GitHub-Delivery", id.uuid), HeaderField("X-GitHub-Hook-ID", "292430182"),
      HeaderField("X-GitHub-Hook-Installation-Target-Type", "repository"),
      HeaderField("X-GitHub-Hook-Installation-Target-ID", "186853002"),
    ]
  }
}
