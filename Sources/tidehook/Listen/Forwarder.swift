// Passes received requests on to an app, so that it can be developed where no provider reaches it.

import TidehookCore

/// A client of one app.
struct Forwarder: Sendable {
  /// What became of a request.
  struct Outcome: Sendable {
    /// The request.
    let request: ReceivedRequest
    /// What the sender is told.
    let answer: ListenAnswer
    /// How long the app took.
    let milliseconds: Int64
    /// Why there is no answer of the app; `nil` when there is one.
    let failure: String?
  }

  private static let timeout: Duration = .seconds(60)
  private static let longestAnswer = Receiver.maximumBodyBytes

  private let base: String
  private let transport: any DeliveryClient

  /// Prepares a client; nothing is connected yet.
  /// - Parameter url: an http or https URL; its path goes before that of each request.
  init(to url: String) throws(CommandFailure) {
    do {
      _ = try DestinationURL(parsing: url)
    } catch {
      throw CommandFailure(.usage, "bad --forward \(url): \(error)")
    }
    guard !url.contains(where: { $0 == "?" || $0 == "#" }) else {
      throw CommandFailure(.usage, "bad --forward \(url): each request brings its own query")
    }
    base = url.hasSuffix("/") ? String(url.dropLast()) : url
    transport = try OpenTransport.make(keptBodyBytes: Self.longestAnswer)
  }

  /// Sends a request to the app, its bytes unchanged; `Host` becomes the app's, and what belongs to the connection stays behind.
  func forward(_ request: ReceivedRequest) async -> Outcome {
    let start = ContinuousClock.now
    let (answer, failure) = await answer(to: request)
    return Outcome(request: request, answer: answer, milliseconds: (ContinuousClock.now - start).microseconds / 1000, failure: failure)
  }

  private func answer(to request: ReceivedRequest) async -> (ListenAnswer, String?) {
    let url: DestinationURL
    do {
      url = try DestinationURL(parsing: base + request.path)
    } catch {
      return Self.failed(502, "cannot pass on \(request.method) \(request.path.prefix(100)): \(error)")
    }
    let sent = SignedRequest(
      method: request.method, url: url, headers: Self.endToEnd(request.headers), body: request.body, timeout: Self.timeout)
    switch await transport.send(sent).result {
    case .failure(let failure) where failure.kind == .timeout:
      return Self.failed(504, "\(base) did not answer within \(Self.timeout.components.seconds) s")
    case .failure(let failure): return Self.failed(502, "nothing answers at \(base): \(failure.message)")
    case .success(let answer) where answer.isTruncated:
      return Self.failed(502, "\(base) answered with more than \(Self.longestAnswer) bytes")
    case .success(let answer):
      return (Self.passedOn(answer, isHead: request.method == "HEAD"), nil)
    }
  }

  private static func failed(_ status: Int, _ message: String) -> (ListenAnswer, String?) {
    (.failure(status, message), message)
  }

  private static func passedOn(_ answer: ReceivedResponse, isHead: Bool) -> ListenAnswer {
    var passed = ListenAnswer(status: answer.status, headers: endToEnd(answer.headers), body: answer.body)
    if isHead { passed.lengthOfHead = answer.headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } }
    return passed
  }

  /// All but the headers between two neighbours, those that `Connection` names included (RFC 9110, section 7.6.1), and the length, which is
  /// counted again.
  private static func endToEnd(_ headers: [HeaderField]) -> [HeaderField] {
    let named = headers.filter { $0.name.lowercased() == "connection" }.flatMap { header in
      header.value.lowercased().split { $0 == "," || $0 == " " || $0 == "\t" }.map(String.init)
    }
    let hops = connectionHeaders.union(named)
    return headers.filter { !hops.contains($0.name.lowercased()) }
  }

  private static let connectionHeaders: Set = [
    "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade",
    "content-length",
  ]
}
