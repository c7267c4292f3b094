// `tidehook listen`: a local receiver, for people who write filters and for tests.

import ArgumentParser
import Glibc
import NIOCore

struct Listen: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Receive deliveries here: print each request, check its signature, answer as told.",
    discussion: """
      The first line on standard output is `listening on http://HOST:PORT`; what follows are the requests, one JSON object to a line with --json.
      Tidehook delivers to this machine only when it was started with `--allow-destinations 127.0.0.0/8`.
      With --forward each request goes on to an app on this machine, its path behind that of the URL, and the app's answer goes back; 502 when
      there is none, 504 after 60 s.
      """)

  @Option(help: "Where to listen; 0 is any free port.")
  var port = 9000

  @Option(help: "The address to listen on.")
  var host = "127.0.0.1"

  @Option(
    help: "The webhook's secret, or its whpk_ public key, to check signatures with; of several any may match; \(SecretText.help).")
  var secret: [String] = []

  @Option(help: ArgumentHelp("The schemes to check: \(SchemeText.help) (default: all with names).", valueName: "schemes"))
  var scheme: [String] = []

  @Option(
    help: ArgumentHelp(
      "The status to answer with; of several, as in 500,200, the last is for all others (default: 200).", valueName: "status"))
  var status: StatusPlan?

  @Option(help: ArgumentHelp("Pass requests on to this URL, and its answers back: http://127.0.0.1:3000.", valueName: "url"))
  var forward: String?

  @Option(help: ArgumentHelp("Wait this long before each answer.", valueName: "seconds"))
  var delay: Double = 0

  @Flag(help: "Never answer.")
  var hang = false

  @Option(help: ArgumentHelp("Exit after this many requests.", valueName: "count"))
  var count: Int?

  @Flag(help: "Print one JSON object to a line: received_at, method, path, headers, body (or body_base64), signature.")
  var json = false

  @Flag(help: "Print bodies as they came instead of laid out.")
  var compact = false

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port is 0 to 65535.") }
    guard delay >= 0, delay <= 86_400 else { throw ValidationError("--delay is 0 to 86400 seconds.") }
    if forward != nil, status != nil || hang { throw ValidationError("With --forward the app decides: leave out --status and --hang.") }
    if let count, count < 1 { throw ValidationError("--count is 1 or more.") }
  }

  func run() async throws {
    endOnSignals()
    let format: RequestReport.Format = json ? .json : compact ? .compact : .pretty
    let receiver = Receiver(
      answers: try answers(), delay: .milliseconds(Int64(delay * 1000)), hangs: hang, limit: count,
      check: try SignatureCheck(secrets: secret, schemes: try SchemeText.schemes(scheme)),
      report: RequestReport(format: format, output: .standardOutput))
    try await ReceiverServer(receiver).serve(host: host, port: port)
  }

  private func answers() throws(CommandFailure) -> Receiver.Answers {
    guard let forward else { return .planned(status ?? StatusPlan(first: [], rest: 200)) }
    return .forwarded(try Forwarder(to: forward))
  }

  /// Ends at once and with success on Ctrl-C and SIGTERM: everything was written when it came, so nothing is lost.
  private func endOnSignals() {
    for number in [SIGINT, SIGTERM] { signal(number) { _ in _exit(0) } }
  }
}

/// Which status each request gets.
struct StatusPlan: ExpressibleByArgument {
  /// One for each of the first requests.
  let first: [Int]
  /// For all others.
  let rest: Int

  init(first: [Int], rest: Int) {
    self.first = first
    self.rest = rest
  }

  /// Reads `200` or `500,500,200`; each is 200 to 599.
  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let statuses = numbers.compactMap { $0 }
    guard let last = statuses.last, statuses.count == numbers.count, statuses.allSatisfy((200...599).contains) else { return nil }
    self.init(first: statuses.dropLast(), rest: last)
  }

  /// The status for a request.
  /// - Parameter index: how many came before it.
  func status(at index: Int) -> Int { index < first.count ? first[index] : rest }
}
