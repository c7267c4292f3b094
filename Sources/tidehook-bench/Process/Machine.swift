// Names the machine that the figures belong to.

import Glibc

/// What a reader must know about the machine.
struct Machine {
  let processor: String
  let cores: Int
  let kernel: String
  let memoryBytes: Int
  /// Type and mount point of the file system that holds the data folder.
  let fileSystem: String
  /// The median time to write 4 KiB and have it on disk, in microseconds: what each commit waits for.
  let syncMicroseconds: Double
  /// How steady the processors are.
  let stalls: ProcessorStalls

  /// How long that is looked at, in seconds.
  private static let stallSeconds = 10.0

  /// Looks around; `folder` is where the data will be.
  init(dataParent folder: String) throws {
    processor = Self.field("model name", of: "/proc/cpuinfo") ?? "unknown processor"
    cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    kernel = try TextFile.read("/proc/sys/kernel/osrelease").split(separator: "\n").joined()
    memoryBytes = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    fileSystem = try Self.fileSystem(of: folder)
    syncMicroseconds = try Self.medianSync(in: folder)
    stalls = ProcessorStalls.measured(cores: cores, seconds: Self.stallSeconds)
  }

  /// Whether data is only in memory, so that a commit costs nothing: figures would not be those of a real installation.
  var isInMemory: Bool { fileSystem.hasPrefix("tmpfs") || fileSystem.hasPrefix("ramfs") }

  /// CPU time that all processes have had so far, in seconds (proc(5), `/proc/stat`: all but idle, iowait and guests).
  static func busySeconds() throws -> Double {
    let first = try TextFile.read("/proc/stat").prefix { $0 != "\n" }
    let ticks = first.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
    guard ticks.count == 8 else { throw BenchError("/proc/stat has too few fields") }
    return (ticks.reduce(0, +) - ticks[3] - ticks[4]) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func field(_ name: String, of path: String) -> String? {
    guard let text = try? TextFile.read(path) else { return nil }
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
    return line.split(separator: ":", maxSplits: 1).last.map { String($0.drop(while: \.isWhitespace)) }
  }

  /// Finds the longest mount point that is a prefix of the folder (proc(5), `/proc/self/mounts`).
  private static func fileSystem(of folder: String) throws -> String {
    guard let resolved = realpath(folder, nil) else { throw BenchError.system("finding \(folder)") }
    defer { free(resolved) }
    let path = String(cString: resolved)
    var best = (point: "", type: "unknown")
    for line in try TextFile.read("/proc/self/mounts").split(separator: "\n") {
      let fields = line.split(separator: " ").map(String.init)
      guard fields.count > 2, fields[1].utf8.count >= best.point.utf8.count else { continue }
      if fields[1] == "/" || path == fields[1] || path.hasPrefix(fields[1] + "/") { best = (fields[1], fields[2]) }
    }
    return "\(best.type) on \(best.point)"
  }

  private static func medianSync(in folder: String) throws -> Double {
    var name = Array("\(folder)/tidehook-bench-XXXXXX".utf8CString)
    let file = mkstemp(&name)
    guard file >= 0 else { throw BenchError.system("making a file in \(folder)") }
    defer {
      unlink(name)
      close(file)
    }
    let page = [UInt8](repeating: 0x54, count: 4096)
    let times = (0..<200).map { _ in
      let start = Monotonic.now
      write(file, page, page.count)
      fdatasync(file)
      return Double(Monotonic.now - start) / 1000
    }
    return times.sorted()[times.count / 2]
  }
}
