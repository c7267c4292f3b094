// The failure of an answer that is none of success, in words that its status can be read from.

extension AttemptFailure {
  private static let words = "the receiver answered "

  /// The failure of an answer with this status.
  static func answered(_ status: Int) -> AttemptFailure { AttemptFailure(.status, words + "\(status)") }

  /// The status in the message of ``answered(_:)``; `nil` for all other messages, a plugin's judgement among them.
  public static func status(in message: String) -> Int? {
    message.hasPrefix(words) ? Int(message.dropFirst(words.count)) : nil
  }
}
