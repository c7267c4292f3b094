// The server under load: the product's own binary, or the floor that it is compared with.

import Glibc

/// A started server that is ready for requests.
final class Gateway {
  /// How long a server may take until it is ready, in seconds.
  private static let readyLimitSeconds = 60.0
  /// How long it may take until nothing more is to be done, in seconds.
  private static let settleLimitSeconds = 120.0
  let process: ChildProcess
  let port: UInt16
  let key: String
  /// From the start of the process to its line on standard output, in seconds.
  let readySeconds: Double

  private init(_ process: ChildProcess, key: String) throws {
    self.process = process
    self.key = key
    let line = try process.firstLine(withinSeconds: Self.readyLimitSeconds)
    readySeconds = Double(Monotonic.now - process.startedAt) / 1e9
    guard line.hasPrefix("listening on http://"), let port = line.split(separator: ":").last.flatMap({ UInt16($0) }) else {
      throw BenchError("expected a line \"listening on http://HOST:PORT\", got \"\(line)\"")
    }
    self.port = port
  }

  /// Starts `tidehook serve` on the folder `data` in a temporary folder.
  static func product(_ binary: String, in folder: TemporaryFolder) throws -> Gateway {
    let key = "bench-key-0123456789abcdef"
    let inherited = try environment().filter { !$0.hasPrefix("TIDEHOOK_") }
    let process = try ChildProcess(
      binary, ["serve", "--port", "0", "--data", "\(folder.path)/data", "--allow-destinations", "127.0.0.0/8"],
      environment: inherited + ["TIDEHOOK_API_KEY=\(key)"], errorLog: folder.serverLog)
    return try Gateway(process, key: key)
  }

  /// Starts the floor: this program's `relay` command.
  static func floor(targets: [UInt16], inFlight: Int, in folder: TemporaryFolder) throws -> Gateway {
    let urls = targets.flatMap { ["--target", "http://127.0.0.1:\($0)/hook"] }
    let process = try ChildProcess(
      "/proc/self/exe", ["relay", "--in-flight", "\(inFlight)"] + urls, environment: try environment(),
      errorLog: folder.serverLog)
    return try Gateway(process, key: "none")
  }

  /// Registers a webhook whose members other than `url` and `events` are given as JSON, with a comma first.
  func addWebhook(port receiver: UInt16, members: String) throws {
    let body = #"{"url":"http://127.0.0.1:\#(receiver)/hook","events":["memory.*"]\#(members)}"#
    let answer = try ControlClient(port: port, key: key).call("POST", "/v1/webhooks", body: body)
    guard answer.status == 201 else { throw BenchError("registering a webhook was answered \(answer.status): \(answer.body)") }
  }

  /// Fails unless `/readyz` answers 200.
  func checkReady() throws {
    let answer = try ControlClient(port: port, key: key).call("GET", "/readyz")
    guard answer.status == 200 else { throw BenchError("/readyz answered \(answer.status): \(answer.body)") }
  }

  /// Receives until the server has been idle for a second: every first attempt was made, or will not be made now.
  func settle(_ loop: LoadLoop) throws {
    let limit = Monotonic.now + Self.settleLimitSeconds.nanoseconds
    var busy = try process.cpuSeconds()
    while Monotonic.now < limit {
      try loop.idle(seconds: 1)
      let now = try process.cpuSeconds()
      if now - busy < 0.03 { return }
      busy = now
    }
  }

  /// This process's environment; read from the kernel because `environ` is shared mutable state.
  private static func environment() throws -> [String] {
    try TextFile.read("/proc/self/environ").split(separator: "\0").map(String.init)
  }
}
