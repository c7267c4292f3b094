// A server process that the benchmark starts, watches and always ends.

import Glibc

/// A running child process. Its standard output is read here; its standard error goes to a file.
final class ChildProcess {
  let id: pid_t
  /// When it was started, in nanoseconds of ``Monotonic``.
  let startedAt: UInt64
  private let output: Int32
  private var isReaped = false

  /// Starts a program with a complete environment (`NAME=value`).
  init(_ program: String, _ arguments: [String], environment: [String], errorLog: String) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw BenchError.system("pipe") }
    ends.forEach { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }
    output = ends[0]
    startedAt = Monotonic.now
    id = try Self.spawn(program, arguments, environment, output: ends[1], errorLog: errorLog)
  }

  deinit {
    stop(grace: 0)
    close(output)
  }

  /// Reads the first line that it prints.
  func firstLine(withinSeconds seconds: Double) throws -> String {
    let limit = Monotonic.now + seconds.nanoseconds
    var line: [UInt8] = []
    while Monotonic.now < limit {
      try Interrupt.check()
      guard isReadable(withinMilliseconds: 100) else { continue }
      var byte: UInt8 = 0
      guard read(output, &byte, 1) == 1 else { throw BenchError("the server ended before it was ready") }
      if byte == 0x0a { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
    throw BenchError("the server was not ready after \(Int(seconds)) s")
  }

  /// Sends SIGTERM and waits, then SIGKILL.
  /// - Parameter grace: how long to wait in between, in seconds.
  func stop(grace: Double = 40) {
    guard !isReaped else { return }
    if grace > 0 {
      kill(id, SIGTERM)
      waitForEnd(seconds: grace)
    }
    kill(id, SIGKILL)
    var status: Int32 = 0
    waitpid(id, &status, 0)
    isReaped = true
  }

  /// CPU time so far, user and system, in seconds. The kernel counts it in steps of 10 ms.
  func cpuSeconds() throws -> Double {
    let stat = try TextFile.read("/proc/\(id)/stat")
    guard let name = stat.lastIndex(of: ")") else { throw BenchError("/proc/\(id)/stat is not readable") }
    let fields = stat[name...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      throw BenchError("/proc/\(id)/stat has too few fields")
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// The most memory that was resident at once, in bytes.
  func peakResidentBytes() throws -> Int { try Self.kilobytes("VmHWM:", of: "\(id)") * 1024 }

  /// A figure of a process (`self` or a number), as the kernel states it (proc(5), `/proc/pid/status`).
  static func kilobytes(_ key: String, of id: String) throws -> Int {
    for line in try TextFile.read("/proc/\(id)/status").split(separator: "\n") where line.hasPrefix(key) {
      if let value = line.dropFirst(key.count).split(whereSeparator: \.isWhitespace).first.flatMap({ Int($0) }) { return value }
    }
    throw BenchError("/proc/\(id)/status has no \(key)")
  }

  /// Waits until its output ends, which happens when it does.
  private func waitForEnd(seconds: Double) {
    let limit = Monotonic.now + seconds.nanoseconds
    var bytes: [UInt8] = Array(repeating: 0, count: 4096)
    while Monotonic.now < limit {
      if isReadable(withinMilliseconds: 100), read(output, &bytes, bytes.count) <= 0 { return }
    }
  }

  private func isReadable(withinMilliseconds limit: Int32) -> Bool {
    var entry = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, limit) > 0
  }

  private static func spawn(
    _ program: String, _ arguments: [String], _ environment: [String], output: Int32, errorLog: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_addopen(&actions, 2, errorLog, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    var id: pid_t = 0
    let error = withCStrings([program] + arguments) { argv in
      withCStrings(environment) { posix_spawn(&id, program, &actions, nil, argv, $0) }
    }
    guard error == 0 else { throw BenchError("starting \(program) failed: \(String(cString: strerror(error)))") }
    return id
  }
}

private func withCStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
  let pointers = strings.map { strdup($0) }
  defer { pointers.forEach { free($0) } }
  return body(pointers + [nil])
}
