// From when to when a certificate is valid.

import COpenSSL
import Glibc

/// The times of the first certificate of a text in PEM format.
public struct CertificateValidity: Sendable, Equatable {
  /// From when on it is valid, in seconds since 1970.
  public let start: Int64
  /// Until when it is valid, in seconds since 1970.
  public let end: Int64

  private static let opening = "-----BEGIN CERTIFICATE-----"
  private static let closing = "-----END CERTIFICATE-----"

  /// Reads the first certificate; `nil` when there is none that can be read.
  public init?(pem text: String) {
    guard let opened = text.firstRange(of: Self.opening), let closed = text[opened.upperBound...].firstRange(of: Self.closing) else {
      return nil
    }
    let digits = text[opened.upperBound..<closed.lowerBound].utf8.filter { $0 > 0x20 }
    guard let bytes = Base64.decode(digits) else { return nil }
    self.init(der: bytes)
  }

  private init?(der bytes: [UInt8]) {
    defer { ERR_clear_error() }
    let read = bytes.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var next = buffer.baseAddress
      return d2i_X509(nil, &next, buffer.count)
    }
    guard let certificate = read else { return nil }
    defer { X509_free(certificate) }
    guard let start = Self.seconds(X509_get0_notBefore(certificate)), let end = Self.seconds(X509_get0_notAfter(certificate)) else {
      return nil
    }
    self.start = start
    self.end = end
  }

  private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    var parts = tm()
    guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
    return Int64(timegm(&parts))
  }
}
