// Sends simulated requests.

import TidehookCore

/// One request and its answer.
enum SimulatedExchange {
  private static let longestAnswer = 1 << 20

  /// Sends a request and returns whatever is answered.
  static func send(_ simulated: SimulatedRequest) async throws(CommandFailure) -> ReceivedResponse {
    let request = simulated.request
    let url: DestinationURL
    do {
      url = try DestinationURL(parsing: request.url)
    } catch {
      throw CommandFailure(.usage, "bad address \(request.url): \(error)")
    }
    let sent = SignedRequest(method: request.method, url: url, headers: request.headers, body: request.body, timeout: .seconds(60))
    let transport = try OpenTransport.make(keptBodyBytes: longestAnswer)
    switch await transport.send(sent).result {
    case .success(let answer): return answer
    case .failure(let failure):
      let origin = "\(url.isSecure ? "https" : "http")://\(url.hostHeader)"
      throw CommandFailure(.unreachable, "no answer from \(origin): \(failure.message)")
    }
  }
}
