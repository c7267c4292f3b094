// A certificate authority that lives for one test, made with the openssl command.

import Glibc
import NIOSSL

/// Makes certificates for names and addresses, and says what to trust.
struct TestAuthority {
  let pem: String
  private let directory: String

  init() throws {
    var template = Array("/tmp/tidehook-tls-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw OpenSSLMissing() }
    directory = String(cString: made)
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    try Self.run("cd \(directory) && openssl req -x509 \(key) -keyout ca.key -out ca.pem -days 2 -subj '/CN=Test authority'")
    pem = try Self.read("\(directory)/ca.pem")
  }

  /// A server's certificate for subject alternative names such as `DNS:a.example,IP:127.0.0.1`.
  func serverContext(for names: String) throws -> NIOSSLContext {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    try Self.run(
      """
      cd \(directory) && openssl req \(key) -keyout s.key -out s.csr -subj '/CN=server' && printf 'subjectAltName=\(names)' > s.ext \
      && openssl x509 -req -in s.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out s.pem -days 2 -extfile s.ext
      """)
    return try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: try NIOSSLCertificate.fromPEMFile("\(directory)/s.pem").map { .certificate($0) },
        privateKey: .privateKey(try NIOSSLPrivateKey(file: "\(directory)/s.key", format: .pem))))
  }

  /// A client's certificate and its key, both as PEM.
  func client(_ name: String) throws -> (certificate: String, key: String) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    try Self.run(
      """
      cd \(directory) && openssl req \(key) -keyout \(name).key -out \(name).csr -subj '/CN=\(name)' \
      && openssl x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial -out \(name).pem -days 2
      """)
    return (try Self.read("\(directory)/\(name).pem"), try Self.read("\(directory)/\(name).key"))
  }

  func remove() {
    _ = system("rm -r \(directory)")
  }

  private static func run(_ command: String) throws {
    guard system("{ \(command) ; } >/dev/null 2>&1") == 0 else { throw OpenSSLMissing() }
  }

  private static func read(_ path: String) throws -> String {
    guard let file = fopen(path, "r") else { throw OpenSSLMissing() }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 64 * 1024)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}

/// The openssl command failed or is not installed.
struct OpenSSLMissing: Error {}
