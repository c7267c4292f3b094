// TCP sockets on 127.0.0.1, made and used without blocking.

import Glibc

/// What reading or writing without blocking brought.
enum Transfer {
  /// That many bytes went through.
  case moved(Int)
  /// Nothing can be moved now.
  case blocked
  /// The peer closed, or the connection broke.
  case closed
}

/// A TCP socket on the loopback interface; whoever makes it closes it.
struct Socket {
  let descriptor: Int32

  /// Wraps a descriptor that is already open.
  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Opens a listening socket on a free port.
  static func listening(backlog: Int32 = 1024) throws -> Socket {
    let socket = try make(flags: SOCK_NONBLOCK.rawValue)
    var address = sockaddr_in(port: 0)
    let bound = withSocketAddress(&address) { bind(socket.descriptor, $0, $1) }
    guard bound == 0, listen(socket.descriptor, backlog) == 0 else { throw BenchError.system("listen") }
    return socket
  }

  /// Connects, waiting for it, and sets the mode afterwards.
  static func connected(port: UInt16, isBlocking: Bool) throws -> Socket {
    let socket = try make(flags: 0)
    var address = sockaddr_in(port: port)
    guard withSocketAddress(&address, { connect(socket.descriptor, $0, $1) }) == 0 else {
      let error = BenchError.system("connect to port \(port)")
      socket.close()
      throw error
    }
    socket.disableDelay()
    guard !isBlocking else { return socket }
    guard fcntl(socket.descriptor, F_SETFL, O_NONBLOCK) == 0 else { throw BenchError.system("fcntl") }
    return socket
  }

  /// The port that it is bound to.
  var port: UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Takes the next waiting connection, or returns `nil`.
  func accepted() -> Socket? {
    let peer = accept(descriptor, nil, nil)
    guard peer >= 0 else { return nil }
    let socket = Socket(descriptor: peer)
    guard fcntl(peer, F_SETFL, O_NONBLOCK) == 0, fcntl(peer, F_SETFD, FD_CLOEXEC) == 0 else {
      socket.close()
      return nil
    }
    socket.disableDelay()
    return socket
  }

  /// Reads what is there.
  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    outcome(recv(descriptor, buffer.baseAddress, buffer.count, 0))
  }

  /// Writes what fits.
  func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
    outcome(Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)))
  }

  func close() {
    _ = Glibc.close(descriptor)
  }

  private func outcome(_ count: Int) -> Transfer {
    if count > 0 { return .moved(count) }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? .blocked : .closed
  }

  /// Sends small requests at once: a delay of Nagle's algorithm would be counted as the gateway's.
  private func disableDelay() {
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func make(flags: UInt32) throws -> Socket {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | flags), 0)
    guard descriptor >= 0 else { throw BenchError.system("socket") }
    return Socket(descriptor: descriptor)
  }
}

extension sockaddr_in {
  /// 127.0.0.1 with a port.
  init(port: UInt16) {
    self.init()
    sin_family = sa_family_t(AF_INET)
    sin_port = port.bigEndian
    sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  }
}

private func withSocketAddress<R>(_ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
  withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
  }
}
