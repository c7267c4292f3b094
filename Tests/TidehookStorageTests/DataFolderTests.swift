// One process at a time holds a data folder, and every reason why it cannot is a clear sentence.

import Glibc
import Testing
import TidehookCore
import TidehookStorage

@Suite struct DataFolderTests {
  private let fixture = StoreFixture()

  @Test func aSecondOpenIsRefusedUntilTheFirstIsClosed() async throws {
    let first = try fixture.open()
    #expect { try fixture.open() } throws: { error in
      let error = error as? StoreError
      return error?.code == .busy && error?.description == "data folder \(fixture.folder) is in use by another process"
    }
    try await first.close()
    try await fixture.open().close()
  }

  @Test func missingFoldersAreMadeForTheirOwnerAlone() async throws {
    let nested = fixture.folder + "/a/b"
    try await fixture.open(nested).close()
    var status = stat()
    #expect(stat(nested, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)
    for name in ["tidehook.db", "tidehook.db-wal", "tidehook.db-shm", "tidehook.lock"] { unlink("\(nested)/\(name)") }
    rmdir(nested)
    rmdir(fixture.folder + "/a")
  }

  @Test func aPathThatIsNoFolderIsNamed() {
    #expect { try fixture.open("/dev/null/data") } throws: { error in
      (error as? StoreError)?.description == "cannot make data folder /dev/null/data: Not a directory"
    }
  }
}
