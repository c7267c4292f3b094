import Testing
import TidehookCore
import TidehookDelivery

@Suite struct TLSJudgeTests {
  private func field(_ tls: EndpointTLS, at time: Timestamp = .systemNow()) -> String? { TLSJudge.problem(with: tls, at: time)?.path }

  @Test func certificatesAreJudgedWithTheirKeyAndTheTime() throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let (a, b) = (try authority.client("a"), try authority.client("b"))
    let good = EndpointTLS(certificate: a.certificate + authority.pem, key: Secret(a.key), authorities: authority.pem + authority.pem)
    #expect(field(good) == nil)
    #expect(field(EndpointTLS(authorities: authority.pem)) == nil)
    #expect(field(EndpointTLS(certificate: a.certificate, key: Secret(b.key))) == "client_key")
    #expect(field(EndpointTLS(certificate: a.certificate, key: Secret("-----BEGIN PRIVATE KEY-----"))) == "client_key")
    #expect(field(EndpointTLS(certificate: a.key, key: Secret(a.key))) == "client_certificate")
    #expect(field(EndpointTLS(authorities: a.key)) == "ca")
    let alone = EndpointTLS(certificate: a.certificate, key: Secret(a.key))
    #expect(field(alone, at: .systemNow() + .seconds(3 * 86_400)) == "client_certificate")
    #expect(field(alone, at: .systemNow() + .seconds(-3600)) == "client_certificate")
  }

  @Test(arguments: [
    "", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "-----END CERTIFICATE-----",
  ])
  func whatIsNoCertificateIsRefused(_ text: String) {
    #expect(field(EndpointTLS(authorities: text)) == "ca")
    #expect(field(EndpointTLS(certificate: text, key: Secret(text))) == "client_certificate")
  }
}
