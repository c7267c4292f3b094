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

  /// What a batch consists of.
  enum Form {
    /// A JSON array of events, or one event per line.
    case events
    /// One event per line.
    case lines
    /// A JSON array of CloudEvents; it may be empty.
    case cloudEvents
  }

  /// Reads a batch.
  /// - Parameters:
  ///   - maximumEventBytes: how long one event may be.
  ///   - principal: who publishes them.
  init(_ body: ByteBuffer, of form: Form, maximumEventBytes: Int, from principal: Principal) throws {
    let bytes = Array(body.readableBytesView)
    let first = bytes.first { !Self.isSpace($0) }
    let isLines = form == .lines || (form == .events && first == UInt8(ascii: "{"))
    let places = isLines ? try Self.lines(of: bytes) : try Self.elements(of: bytes)
    // Found first and read afterwards: a batch of too many is refused before any work.
    var canonicalizer = JSONCanonicalizer()
    for (index, place) in places.enumerated() {
      read(index) {
        guard place.count <= maximumEventBytes else { throw Self.tooLong(maximumEventBytes) }
        let text = try Self.canonical(bytes[place], with: &canonicalizer)
        guard form == .cloudEvents else { return try EventDecoder.decode(text, in: text.indices, from: principal) }
        return try CloudEvent(structured: text, in: text.indices).request(from: principal, idempotencyKey: nil)
      }
    }
    guard !accepted.isEmpty || !rejected.isEmpty || form == .cloudEvents else {
      throw APIError(.invalidBody, "expected at least one event")
    }
  }

  /// Moves an event to the rejected ones after all.
  mutating func reject(_ index: Int, _ error: APIError) {
    rejected.append((index, error))
  }

  /// Has every event belong to the trace that the batch came with.
  mutating func belong(to trace: TraceContext?) {
    guard let trace else { return }
    for index in accepted.indices { accepted[index].request.trace = trace }
  }

  /// Where the elements of an array stand; more than the maximum are not even noted.
  private static func elements(of bytes: [UInt8]) throws -> [Range<Int>] {
    let view: JSONView
    do {
      view = try JSONView(bytes, in: bytes.indices, maximumChildren: maximumCount)
    } catch {
      throw APIError(.invalidJSON, "the body is not JSON: \(error)")
    }
    guard view.kind == .array else {
      throw APIError(.invalidBody, "expected a JSON array of events, or one event per line, got \(view.kind.shown)")
    }
    guard !view.hasMoreChildren else { throw tooMany }
    return view.children.map(\.value)
  }

  /// Where the lines stand that are not empty; the search ends at the first one above the maximum.
  private static func lines(of bytes: [UInt8]) throws -> [Range<Int>] {
    var lines: [Range<Int>] = []
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      if !bytes[start..<end].allSatisfy(isSpace) {
        guard lines.count < maximumCount else { throw tooMany }
        lines.append(start..<end)
      }
      start = end + 1
    }
    return lines
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

  private static func canonical(_ text: ArraySlice<UInt8>, with canonicalizer: inout JSONCanonicalizer) throws -> [UInt8] {
    do {
      return try text.withUnsafeBytes { try canonicalizer.canonicalize($0) }
    } catch {
      throw APIError(.invalidJSON, "the event is not JSON: \(error)")
    }
  }

  private static var tooMany: APIError { APIError(.tooLarge, "expected at most \(maximumCount) events in a batch, got more") }

  private static func tooLong(_ limit: Int) -> APIError {
    APIError(.tooLarge, "expected an event of at most \(limit) bytes")
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }
}
