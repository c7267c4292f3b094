// When the tries of a webhook's deliveries come.

import TidehookCore

extension JSONWriter {
  /// Writes what the policy comes to: the wait before each retry, in seconds, counted from the failure before it.
  mutating func retrySchedule(_ policy: RetryPolicy) {
    key("retry_schedule_secs")
    beginArray()
    for delay in policy.backoff.delaysSeconds { number(delay) }
    endArray()
  }
}
