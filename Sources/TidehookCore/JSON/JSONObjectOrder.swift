// Gives an object the order of members that JavaScript would: duplicates merged, array indices first.

/// Where one member of an object stands in the output.
struct JSONMemberSpan: Sendable {
  /// Offset of the key's opening quote.
  let start: Int
  /// Offset after the key's closing quote, where the colon is.
  let keyEnd: Int
}

/// Restores the order of the members of an object that was just written, where it must change; for most objects that is a short look only.
enum JSONObjectOrder {
  /// Up to this many members are compared pair by pair, which is quicker than hashing them.
  private static let mostComparedPairwise = 16

  /// Rewrites the members at the end of `output`, which are all those of one object, if their order is not JavaScript's.
  static func restore(in output: inout [UInt8], members: ArraySlice<JSONMemberSpan>) {
    guard let start = members.first?.start else { return }
    let ordered = output.withUnsafeBufferPointer { output -> [UInt8]? in
      let object = WrittenObject(output: output, members: members)
      return object.hasDuplicates || object.hasIndexOutOfPlace ? object.reordered() : nil
    }
    guard let ordered else { return }
    output.removeSubrange(start...)
    output.append(contentsOf: ordered)
  }

  /// The members of one object at the end of the output.
  private struct WrittenObject {
    let output: UnsafeBufferPointer<UInt8>
    let members: ArraySlice<JSONMemberSpan>

    var hasDuplicates: Bool {
      guard members.count <= mostComparedPairwise else { return distinctMembers().count < members.count }
      for index in members.indices.dropFirst() {
        for earlier in members.startIndex..<index where keysAreEqual(members[index], members[earlier]) { return true }
      }
      return false
    }

    var hasIndexOutOfPlace: Bool {
      var lowest: UInt64 = 0
      for member in members {
        guard let index = arrayIndex(member) else {
          lowest = .max
          continue
        }
        if index < lowest { return true }
        lowest = index + 1
      }
      return false
    }

    func reordered() -> [UInt8] {
      let distinct = distinctMembers()
      let indexed = distinct.compactMap { member in arrayIndex(members[member.first]).map { (index: $0, member: member) } }
      let named = distinct.lazy.filter { arrayIndex(members[$0.first]) == nil }
      var result: [UInt8] = []
      result.reserveCapacity(output.count - members[members.startIndex].start)
      for member in indexed.sorted(by: { $0.index < $1.index }).map(\.member) + named {
        if !result.isEmpty { result.append(.comma) }
        let key = members[member.first]
        result.append(contentsOf: output[key.start..<key.keyEnd])
        result.append(contentsOf: output[members[member.last].keyEnd..<end(of: member.last)])
      }
      return result
    }

    /// The first and the last member of each key, in the order of the first; linear in the number of members.
    ///
    /// The hash is Swift's own, seeded anew in each process, so that no sender can choose keys that collide.
    private func distinctMembers() -> [(first: Int, last: Int)] {
      var distinct: [(first: Int, last: Int)] = []
      distinct.reserveCapacity(members.count)
      let mask = (members.count * 2).nextPowerOfTwo - 1
      var slots = [Int32](repeating: -1, count: mask + 1)
      for index in members.indices {
        var slot = hash(members[index]) & mask
        while slots[slot] >= 0, !keysAreEqual(members[distinct[Int(slots[slot])].first], members[index]) { slot = (slot + 1) & mask }
        if slots[slot] >= 0 {
          distinct[Int(slots[slot])].last = index
        } else {
          slots[slot] = Int32(truncatingIfNeeded: distinct.count)
          distinct.append((index, index))
        }
      }
      return distinct
    }

    private func hash(_ member: JSONMemberSpan) -> Int {
      var hasher = Hasher()
      hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[member.start..<member.keyEnd]))
      return hasher.finalize()
    }

    @inline(__always)
    private func keysAreEqual(_ one: JSONMemberSpan, _ other: JSONMemberSpan) -> Bool {
      guard one.keyEnd - one.start == other.keyEnd - other.start else { return false }
      return output[one.start..<one.keyEnd].elementsEqual(output[other.start..<other.keyEnd])
    }

    private func end(of member: Int) -> Int {
      member + 1 < members.endIndex ? members[member + 1].start - 1 : output.count
    }

    /// The key as an array index (ECMA-262: the canonical text of an integer from 0 to 2^32 - 2), or `nil` for any other key.
    private func arrayIndex(_ member: JSONMemberSpan) -> UInt64? {
      let digits = output[(member.start + 1)..<(member.keyEnd - 1)]
      guard let first = digits.first, first.isDigit, digits.count <= 10, first != .zero || digits.count == 1 else { return nil }
      var value: UInt64 = 0
      for digit in digits {
        guard digit.isDigit else { return nil }
        value = value * 10 + UInt64(digit - .zero)
      }
      return value < UInt64(UInt32.max) ? value : nil
    }
  }
}

extension Int {
  /// The least power of two that is not below a positive value.
  fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
