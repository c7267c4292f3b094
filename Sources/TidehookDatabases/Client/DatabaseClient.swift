// The delivery client for databases: rows are upserted and deleted instead of a request being sent.

import Synchronization
public import TidehookCore

/// Carries out the row operations that pipelines make.
public final class DatabaseClient: DeliveryClient {
  /// Names the addresses that may be connected to for a URL; all of them are judged.
  public typealias Resolve = @Sendable (DestinationURL) async throws(AttemptFailure) -> [IPAddress]

  private struct Running {
    var exchanges: [Int: DatabaseExchange] = [:]
    var nextID = 0
    var isClosed = false
  }

  private let sqlite: SQLiteDestinations
  private let postgres: PostgresDestinations
  private let running = Mutex(Running())

  /// Makes a client.
  /// - Parameters:
  ///   - folder: where SQLite files may be; `nil` when there are none.
  ///   - resolve: resolves and judges the hosts of PostgreSQL servers.
  public init(folder: DatabaseFolder?, resolve: @escaping Resolve) {
    sqlite = SQLiteDestinations(folder: folder)
    postgres = PostgresDestinations(resolve: resolve)
  }

  /// Carries out a delivery: all of it in one transaction, or nothing; never longer than the request's timeout.
  ///
  /// The answer has status 200 and a body that counts what was done. When the calling task is cancelled, or after ``cancelAll()``, a failure
  /// comes back at once that is not to be recorded.
  public func send(_ request: SignedRequest) async -> Exchange {
    let exchange = DatabaseExchange()
    let id = running.withLock { running -> Int? in
      guard !running.isClosed else { return nil }
      running.nextID += 1
      running.exchanges[running.nextID] = exchange
      return running.nextID
    }
    guard let id else {
      exchange.cancel()
      return await exchange.answer()
    }
    defer { running.withLock { $0.exchanges[id] = nil } }
    return await withTaskCancellationHandler {
      exchange.adopt([Task { await self.perform(request, exchange) }, Task { await Self.expire(exchange, after: request.timeout) }])
      return await exchange.answer()
    } onCancel: {
      exchange.cancel()
    }
  }

  /// Takes no more requests and ends the exchanges under way: their senders get a failure marked as cancelled.
  public func cancelAll() {
    let exchanges = running.withLock { running in
      running.isClosed = true
      return Array(running.exchanges.values)
    }
    for exchange in exchanges { exchange.cancel() }
  }

  private func perform(_ request: SignedRequest, _ exchange: DatabaseExchange) async {
    let phases = PhaseClock()
    do throws(AttemptFailure) {
      let report = try await write(request, from: exchange.began, phases)
      let type = HeaderField("Content-Type", "application/json")
      exchange.end(.success(ReceivedResponse(status: 200, headers: [type], body: report.json.bytes)), phases: phases.phases)
    } catch {
      exchange.end(.failure(error), phases: phases.phases)
    }
  }

  private func write(
    _ request: SignedRequest, from began: ContinuousClock.Instant, _ phases: PhaseClock
  ) async throws(AttemptFailure) -> RowReport {
    guard let database = request.url.database, let event = request.event else {
      throw AttemptFailure(.database, "\(request.url) is no database")
    }
    let batch = try Self.batch(request.body)
    switch database {
    case .sqlite(let file): return try await sqlite.write(batch, of: event, to: file, by: began + request.timeout)
    case .postgres(let target):
      let limits = DeliveryLimits(end: began + request.timeout, connectTimeout: request.connectTimeout)
      return try await postgres.write(batch, of: event, to: request.url, target, limits: limits, phases: phases)
    }
  }

  private static func batch(_ body: [UInt8]) throws(AttemptFailure) -> RowBatch {
    do throws(RowBodyError) {
      return try RowBatch(parsing: body)
    } catch {
      throw AttemptFailure(.database, "the pipeline's body is no row operation: \(error)")
    }
  }

  private static func expire(_ exchange: DatabaseExchange, after timeout: Duration) async {
    guard (try? await Task.sleep(for: timeout)) != nil else { return }
    exchange.end(.failure(AttemptFailure(.timeout, "the database did not do it within \(timeout.forPeople)")))
  }
}
