// What the API needs of the rest of Tidehook to serve sources.

public import TidehookCore

/// The parts behind sources.
public struct SourceServices: Sendable {
  let directory: SourceDirectory
  let receiver: any RequestReceiver
  let history: any ReceiptHistory
  let publisher: any ReceiptPublisher

  /// - Parameters:
  ///   - directory: knows the sources; it must be loaded.
  ///   - receiver: runs their code.
  ///   - history: shows what they received.
  ///   - publisher: stores what they receive.
  public init(
    directory: SourceDirectory, receiver: any RequestReceiver, history: any ReceiptHistory, publisher: any ReceiptPublisher
  ) {
    self.directory = directory
    self.receiver = receiver
    self.history = history
    self.publisher = publisher
  }
}
