// Warnings that come because time passes, while nothing is attempted.

import TidehookCore

extension WebhookWatch {
  /// Tells of streaks of failures when their time comes, until the task is cancelled. It sleeps until then, or until an outcome changes when.
  public func run() async {
    var alarm: Task<Void, Never>?
    book.reconsider()
    for await _ in book.reconsiderations {
      alarm?.cancel()
      alarm = warnings(at: book.time.now()).map { due in
        Task { [book] in if (try? await book.time.sleep(until: due)) != nil { book.reconsider() } }
      }
    }
    alarm?.cancel()
  }

  /// Gives the warnings that are due.
  /// - Returns: when the next one is.
  private func warnings(at now: Timestamp) -> Timestamp? {
    var next: Timestamp?
    for id in book.unwellWebhooks {
      guard let webhook = directory.webhook(id), webhook.isActive else { continue }
      let (warning, due) = book.timePassed(for: webhook, at: now)
      if let warning, !webhook.isOperational { warn(of: webhook, warning, at: now) }
      next = [next, due].compactMap(\.self).min()
    }
    return next
  }
}
