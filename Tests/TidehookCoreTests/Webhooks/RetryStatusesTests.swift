import Testing
import TidehookCore

@Suite struct RetryStatusesTests {
  func statuses(_ texts: String...) throws -> RetryStatuses {
    RetryStatuses(try texts.map { try #require(RetryStatuses.Entry($0)) })
  }

  @Test func classesAndStatusesAreMeantAndExceptionsWin() throws {
    for list in [try statuses("5xx", "408", "429", "!501"), try statuses("!501", "429", "408", "5xx")] {
      for status in [500, 502, 599, 408, 429] { #expect(list.contains(status), "\(status)") }
      for status in [501, 400, 404, 410, 302, 428] { #expect(!list.contains(status), "\(status)") }
    }
  }

  @Test func exceptionsAloneLeaveEverythingElse() throws {
    let list = try statuses("!4xx", "!501")
    #expect([500, 503, 301].allSatisfy(list.contains) && ![400, 429, 501].contains(where: list.contains))
  }

  @Test func anEmptyListMeansNone() {
    #expect(!RetryStatuses([]).contains(500))
  }

  @Test(arguments: ["429", "5xx", "!501", "!3xx", "300", "599"])
  func anEntryIsWrittenAsItIsRead(_ text: String) {
    #expect(RetryStatuses.Entry(text)?.description == text)
  }

  @Test(arguments: [
    "", "!", "2xx", "200", "600", "6xx", "410", "!410", "5x", "5xxx", "50x", "5XX", " 500", "500 ", "!!500", "-500", "٥٠٠", "500-599",
  ])
  func whatIsNoFailureOrNoStatusIsRefused(_ text: String) {
    #expect(RetryStatuses.Entry(text) == nil)
  }

  @Test func twoHundredAndGoneAreNeverTriedAgain() throws {
    let policy = RetryPolicy(.preset(.svix), retryOn: try statuses("4xx"))
    #expect(policy.retries(404) && !policy.retries(410) && !policy.retries(200) && !policy.retries(500))
    #expect(!RetryPolicy().retries(410) && !RetryPolicy().retries(204) && RetryPolicy().retries(301) && RetryPolicy().retries(404))
  }
}
