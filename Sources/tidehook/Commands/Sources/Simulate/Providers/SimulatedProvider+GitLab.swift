// GitLab's project webhooks.

import TidehookCore

extension SimulatedProvider {
  static let gitlab = SimulatedProvider(
    "gitlab", .gitlab,
    samples: [
      RequestSample(
        "push", header: "Push Hook",
        #"""
        {"object_kind":"push","event_name":"push","before":"95790bf891e76fee5e1747ab589903a6a1f80f22",
        "after":"da1560886d4f094c3e6c9ef40349f7d38b5d27d7","ref":"refs/heads/main","checkout_sha":"da1560886d4f094c3e6c9ef40349f7d38b5d27d7",
        "user_id":4,"user_name":"Ada","user_username":"ada","project_id":15,
        "project":{"id":15,"name":"tide","web_url":"https://gitlab.example.com/octo/tide","path_with_namespace":"octo/tide",
        "default_branch":"main"},"commits":[{"id":"da1560886d4f094c3e6c9ef40349f7d38b5d27d7","message":"Explain how secrets rotate",
        "title":"Explain how secrets rotate","timestamp":"{{time}}","author":{"name":"Ada","email":"ada@example.com"},
        "added":["docs/rotation.md"],"modified":[],"removed":[]}],"total_commits_count":1}
        """#),
      RequestSample(
        "merge_request", header: "Merge Request Hook",
        #"""
        {"object_kind":"merge_request","event_type":"merge_request","user":{"id":4,"name":"Ada","username":"ada"},
        "project":{"id":15,"name":"tide","web_url":"https://gitlab.example.com/octo/tide","path_with_namespace":"octo/tide"},
        "object_attributes":{"id":99,"iid":1,"title":"Retry on 503","state":"opened","action":"open","source_branch":"retry-503",
        "target_branch":"main","created_at":"{{time}}","url":"https://gitlab.example.com/octo/tide/-/merge_requests/1"},"labels":[]}
        """#),
      RequestSample(
        "issue", header: "Issue Hook",
        #"""
        {"object_kind":"issue","event_type":"issue","user":{"id":4,"name":"Ada","username":"ada"},
        "project":{"id":15,"name":"tide","web_url":"https://gitlab.example.com/octo/tide","path_with_namespace":"octo/tide"},
        "object_attributes":{"id":301,"iid":23,"title":"Spelling in the guide","state":"opened","action":"open","created_at":"{{time}}",
        "url":"https://gitlab.example.com/octo/tide/-/issues/23"},"labels":[]}
        """#),
    ]
  ) { event, id in
    [
      HeaderField("User-Agent", "GitLab/17.11.0"), HeaderField("X-Gitlab-Event", event),
      HeaderField("X-Gitlab-Instance", "https://gitlab.example.com"),
      HeaderField("X-Gitlab-Webhook-UUID", "02affd2d-2cba-4033-917d-ec22d5dc4b38"),
      HeaderField("X-Gitlab-Event-UUID", id.uuid), HeaderField("Idempotency-Key", id.uuid),
    ]
  }
}
