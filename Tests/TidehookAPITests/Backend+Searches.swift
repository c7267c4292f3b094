// Searches over what the doubles keep.

import Synchronization
import TidehookCore

extension Backend {
  func search(_ search: DeliverySearch) async throws(StoreError) -> DeliveryFinding {
    try check()
    return state.withLock { state in
      state.filters.append(search.filter)
      state.searches.append(search)
      let visible = state.records.filter { record in
        search.filter.namespaces.map { $0.contains(record.event.namespace) && record.webhookNamespace.map($0.contains) ?? false } ?? true
      }
      let isNewest = search.order == .newest
      let all = visible.map(\.delivery).sorted { isNewest ? $0.id > $1.id : $0.id < $1.id }
      let rest = all.filter { delivery in search.cursor.map { isNewest ? delivery.id.key < $0 : delivery.id.key > $0 } ?? true }
      let found = Array(rest.prefix(search.limit))
      return DeliveryFinding(deliveries: found, position: rest.count > found.count ? found.last?.id.key : nil)
    }
  }

  func groups(_ filter: DeliveryGroupFilter) async throws(StoreError) -> DeliveryGroups {
    state.withLock { state in
      state.groupFilters.append(filter)
      return state.groups
    }
  }

  func lastAttempts(of deliveries: [DeliveryID], maxBytes: Int) async throws(StoreError) -> [DeliveryRecord] {
    state.withLock { state in
      var (records, bytes) = ([DeliveryRecord](), 0)
      for id in deliveries where bytes < maxBytes {
        guard var record = state.records.first(where: { $0.delivery.id == id }) else { continue }
        record.attempts = record.attempts.suffix(1)
        bytes += record.event.payload.count
        records.append(record)
      }
      state.readAttempts.append(records.count)
      return records
    }
  }

  func eventKeys(prefix: String, upTo limit: Int) async throws(StoreError) -> [Int64]? {
    state.withLock { state in
      let keys = state.events.filter { $0.id.rawValue.hasPrefix(prefix) }.map(\.key.key)
      return keys.count > limit ? nil : keys
    }
  }

  func eventUses(_ kind: EventUseKind, limit: Int) async throws(StoreError) -> [EventUse] {
    state.withLock { state in
      var uses: [String: EventUse] = [:]
      for event in state.events.sorted(by: { $0.key < $1.key }) {
        let name = kind == .types ? event.type.name : event.namespace.name
        uses[name] = EventUse(name: name, lastID: event.id, lastAt: event.acceptedAt)
      }
      return Array(uses.values.sorted { $0.name < $1.name }.prefix(limit))
    }
  }
}
