// What each kind of failure means, and what follows from it.

/// What a kind of failure is and what follows from it, as the documentation shows it.
public struct FailureRule: Sendable, Hashable {
  /// What happened, for people.
  public let meaning: String
  /// What follows.
  public let retry: FailureRetry
}

/// What decides whether a failed attempt is followed by another.
public enum FailureRetry: Sendable, Hashable, CaseIterable {
  /// The webhook's policy, as long as tries are left.
  case byPolicy
  /// The answer's status, and then the policy.
  case byStatus
  /// A plugin's `response` function.
  case byJudgement
  /// Nothing: it is the last attempt.
  case never

  /// What follows, for people.
  public var meaning: String {
    switch self {
    case .byPolicy: "the next try, or `dead` when none is left"
    case .byStatus: "410: `dead`, and the webhook becomes inactive; else as `retry_on` says: the next try, or `dead`"
    case .byJudgement: "what the function says"
    case .never: "`dead`: the answer would be the same"
    }
  }
}

extension FailureKind {
  /// What this kind is and what follows from it.
  public var rule: FailureRule {
    switch self {
    case .dns: FailureRule(meaning: "the host name did not resolve", retry: .byPolicy)
    case .connect: FailureRule(meaning: "no connection: refused, unreachable, or too slow to open", retry: .byPolicy)
    case .tls:
      FailureRule(
        meaning:
          "the TLS handshake failed or did not end, or one side refused the other's certificate, or that there was none",
        retry: .byPolicy)
    case .timeout: FailureRule(meaning: "no whole answer within `timeout_secs`", retry: .byPolicy)
    case .oversized: FailureRule(meaning: "the answer's head is larger than 64 KiB or has more than 200 headers", retry: .byPolicy)
    case .malformed: FailureRule(meaning: "the answer is not HTTP/1.1, or ended early", retry: .byPolicy)
    case .status: FailureRule(meaning: "the answer's status is not 2xx; redirects are not followed", retry: .byStatus)
    case .response: FailureRule(meaning: "the status is 2xx, but a `response` function took the answer for a failure", retry: .byJudgement)
    case .blocked: FailureRule(meaning: "the destination is not allowed", retry: .never)
    case .script: FailureRule(meaning: "a script or plugin failed; it may be mended before the next try", retry: .byPolicy)
    case .handshake: FailureRule(meaning: "the receiver did not agree to a handshake that its webhook asks for", retry: .byPolicy)
    case .signature: FailureRule(meaning: "the request could not be signed", retry: .byPolicy)
    case .database: FailureRule(meaning: "a database refused what was asked of it", retry: .byPolicy)
    case .auth: FailureRule(meaning: "no access token was to be had", retry: .byPolicy)
    case .proxy: FailureRule(meaning: "the forward proxy was not reached, or did not open the way", retry: .byPolicy)
    }
  }
}
