import NIOCore
import Testing
import TidehookCore
import TidehookDelivery

@Suite struct ConnectionMachineTests {
  private let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

  @Test func oneExchangeFollowsAnother() {
    var machine = ConnectionMachine(limits: HTTPClientLimits())
    for _ in 0..<2 {
      #expect(machine.isIdle)
      machine.start(method: "POST")
      #expect(!machine.isIdle)
      #expect(machine.awaitsFirstByte)
      #expect(receive("HTTP/1.1 ", &machine) == .wait)
      #expect(!machine.awaitsFirstByte)
      #expect(receive("200 OK\r\nContent-Length: 0\r\n\r\n", &machine) == succeeded(isReusable: true))
    }
  }

  @Test func bytesThatNobodyAskedForCloseTheConnection() {
    var machine = used()
    #expect(receive("x", &machine) == .close)
    #expect(receive("x", &machine) == .wait)
  }

  @Test func aReusedConnectionThatDiedSilentlyIsReplaced() {
    var machine = used()
    machine.start(method: "POST")
    #expect(machine.closed() == .retryOnFreshConnection)
  }

  @Test func aFreshConnectionThatDiedIsAFailure() {
    var machine = ConnectionMachine(limits: HTTPClientLimits())
    machine.start(method: "POST")
    #expect(
      machine.closed(reason: "connection reset by peer")
        == .fail(AttemptFailure(.malformed, "connection closed before an answer (connection reset by peer)")))
  }

  @Test func whatTLSRefusedInThePlaceOfAnAnswerIsNamedSoUnlessAnAnswerBegan() {
    let refusal = AttemptFailure(.tls, "certificate required")
    var machine = ConnectionMachine(limits: HTTPClientLimits())
    machine.start(method: "POST")
    #expect(machine.closed(reason: "connection reset by peer", refusal: refusal) == .fail(refusal))
    #expect(machine.closed(refusal: refusal) == .close)
    machine = ConnectionMachine(limits: HTTPClientLimits())
    machine.start(method: "POST")
    #expect(receive("H", &machine) == .wait)
    #expect(machine.closed(refusal: refusal) == .fail(AttemptFailure(.malformed, "connection closed within the answer's head")))
    machine = used()
    machine.start(method: "POST")
    #expect(machine.closed(refusal: refusal) == .retryOnFreshConnection)
  }

  @Test func anAnswerThatBeganIsNeverAskedForAgain() {
    var machine = used()
    machine.start(method: "POST")
    #expect(receive("H", &machine) == .wait)
    #expect(machine.closed() == .fail(AttemptFailure(.malformed, "connection closed within the answer's head")))
  }

  @Test func anIdleConnectionThatEndsIsJustClosed() {
    var machine = used()
    #expect(machine.closed() == .close)
    #expect(!machine.isIdle)
  }

  @Test func nothingIsReadAfterAFailure() {
    var machine = ConnectionMachine(limits: HTTPClientLimits())
    machine.start(method: "POST")
    #expect(receive("garbage", &machine) == .fail(AttemptFailure(.malformed, "answer does not start with an HTTP/1.1 status line")))
    #expect(receive(answer, &machine) == .wait)
    #expect(machine.closed() == .close)
  }

  private func used() -> ConnectionMachine {
    var machine = ConnectionMachine(limits: HTTPClientLimits())
    machine.start(method: "POST")
    #expect(receive(answer, &machine) == succeeded(isReusable: true))
    return machine
  }

  private func succeeded(isReusable: Bool) -> ConnectionMachine.Action {
    .succeed(ReceivedResponse(status: 200, headers: [HeaderField("Content-Length", "0")]), isReusable: isReusable)
  }

  private func receive(_ text: String, _ machine: inout ConnectionMachine) -> ConnectionMachine.Action {
    var bytes = ByteBuffer(string: text)
    return machine.received(&bytes)
  }
}
