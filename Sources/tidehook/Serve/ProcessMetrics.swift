// What every program tells a monitoring system of its process, under the names that Prometheus' client libraries use.

import Glibc
import TidehookCore

/// The process as the kernel sees it (proc(5)); what cannot be read is left out.
struct ProcessMetrics: MetricSource {
  let startedAt: Timestamp

  func metrics() async -> [MetricFamily] {
    let memory = Self.memory()
    let families = [
      ("process_virtual_memory_bytes", "Virtual memory.", memory.map { Double($0.virtual) }),
      ("process_resident_memory_bytes", "Memory that is in use.", memory.map { Double($0.resident) }),
      ("process_open_fds", "Open file descriptors.", Self.openDescriptors().map(Double.init)),
      ("process_max_fds", "How many file descriptors may be open.", Self.descriptorLimit()),
      ("process_start_time_seconds", "When the process started, since 1970.", Double(startedAt.microseconds) / 1e6),
    ].compactMap { name, help, value in value.map { MetricFamily(.gauge, name, help, $0) } }
    let build = MetricFamily.Sample(1, [MetricFamily.Label("version", Tidehook.version)])
    return [
      MetricFamily(.gauge, "tidehook_build_info", "The version that runs; always 1.", [build]),
      MetricFamily(.counter, "process_cpu_seconds_total", "CPU time of the process, in user space and in the kernel.", Self.cpuSeconds()),
    ] + families
  }

  private static func cpuSeconds() -> Double {
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
  }

  /// The first two numbers of `statm`, which counts pages.
  private static func memory() -> (virtual: Int, resident: Int)? {
    guard let file = fopen("/proc/self/statm", "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, CInt(line.count), file) != nil else { return nil }
    let pages = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ").compactMap {
      Int($0)
    }
    guard pages.count >= 2 else { return nil }
    let size = sysconf(CInt(_SC_PAGESIZE))
    return (pages[0] * size, pages[1] * size)
  }

  /// Counted without the one that this takes.
  private static func openDescriptors() -> Int? {
    guard let folder = opendir("/proc/self/fd") else { return nil }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count - 3
  }

  private static func descriptorLimit() -> Double? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    return Double(limit.rlim_cur)
  }
}
