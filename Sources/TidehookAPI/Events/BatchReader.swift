// Splits a batch into events. One bad event is rejected alone; only a body that cannot be split is refused as a whole.

import NIOCore
import TidehookCore

/// The events of a batch, each read or refused.
struct Batch {
  /// Events that can be published, with their places in the batch.
  private(set) var accepted: [(index: Int, request: PublishRequest)] = []
  /// Events that cannot, and why.
  private(set) var rejected: [(index: Int, error: APIError)] = []

  /// How many events a batch may have.
  static let maximumCount = 10_000

  /// Reads a JSON array, or one JSON object per line.
  /// - Parameter maximumEventBytes: how long one event may be.
  init(_ body: ByteBuffer, isLines: Bool, maximumEventBytes: Int) throws {
    let first = body.readableBytesView.first { !Self.isSpace($0) }
    if isLines || first == UInt8(ascii: "{") {
      try readLines(body, maximumEventBytes: maximumEventBytes)
    } else {
      try readArray(body, maximumEventBytes: maximumEventBytes)
    }
    guard !accepted.isEmpty || !rejected.isEmpty else { throw APIError(.invalidBody, "expected at least one event") }
  }

  /// Moves an event to the rejected ones after all.
  mutating func reject(_ index: Int, _ error: APIError) {
    rejected.append((index, error))
  }

  private mutating func readArray(_ body: ByteBuffer, maximumEventBytes: Int) throws {
    let text: [UInt8]
    let view: JSONView
    do {
      text = try body.withUnsafeReadableBytes { try CanonicalJSON.canonicalize($0) }
      view = try JSONView(text)
    } catch {
      throw APIError(.invalidJSON, "the body is not JSON: \(error)")
    }
    guard view.kind == .array else {
      throw APIError(.invalidBody, "expected a JSON array of events, or one event per line, got \(view.kind.shown)")
    }
    try checkCount(view.children.count)
    for (index, child) in view.children.enumerated() {
      read(index) {
        guard child.value.count <= maximumEventBytes else { throw Self.tooLong(maximumEventBytes) }
        return try EventDecoder.decode(text, in: child.value)
      }
    }
  }

  private mutating func readLines(_ body: ByteBuffer, maximumEventBytes: Int) throws {
    let lines = body.readableBytesView.split(separator: UInt8(ascii: "\n")).filter { !$0.allSatisfy(Self.isSpace) }
    try checkCount(lines.count)
    var canonicalizer = JSONCanonicalizer()
    for (index, line) in lines.enumerated() {
      read(index) {
        guard line.count <= maximumEventBytes else { throw Self.tooLong(maximumEventBytes) }
        let text = try line.withUnsafeBytes { try Self.canonical($0, with: &canonicalizer) }
        return try EventDecoder.decode(text, in: text.indices)
      }
    }
  }

  private mutating func read(_ index: Int, _ decode: () throws -> PublishRequest) {
    do {
      accepted.append((index, try decode()))
    } catch let error as APIError {
      rejected.append((index, error))
    } catch {
      rejected.append((index, .internal))
    }
  }

  private func checkCount(_ count: Int) throws {
    guard count <= Self.maximumCount else {
      throw APIError(.tooLarge, "expected at most \(Self.maximumCount) events in a batch, got \(count)")
    }
  }

  private static func canonical(_ line: UnsafeRawBufferPointer, with canonicalizer: inout JSONCanonicalizer) throws -> [UInt8] {
    do {
      return try canonicalizer.canonicalize(line)
    } catch {
      throw APIError(.invalidJSON, "the line is not JSON: \(error)")
    }
  }

  private static func tooLong(_ limit: Int) -> APIError {
    APIError(.tooLarge, "expected an event of at most \(limit) bytes")
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }
}
