import Testing
import TidehookCore
import TidehookStorage

@Suite struct HeaderTextTests {
  @Test func eachHeaderIsALine() {
    let headers = [HeaderField("Content-Type", "application/json"), HeaderField("X-Empty", ""), HeaderField("X-Text", "a: b, ü")]
    #expect(HeaderText.write(headers) == "Content-Type: application/json\nX-Empty: \nX-Text: a: b, ü\n")
    #expect(HeaderText.read(HeaderText.write(headers)) == headers)
    #expect(HeaderText.write([]) == "")
  }

  @Test(arguments: [1, 15, 16, 17, 31, 32, 33, 4096])
  func aLineBreakInAValueIsASpaceWhereverItIs(length: Int) {
    for place in [0, length / 2, length - 1] {
      for lineBreak: Character in ["\n", "\r"] {
        var value = [Character](repeating: "v", count: length)
        value[place] = lineBreak
        var expected = value
        expected[place] = " "
        #expect(HeaderText.write([HeaderField("A\nB", String(value))]) == "A B: \(String(expected))\n")
      }
    }
    #expect(HeaderText.write([HeaderField("A", "b\r\nC: d")]) == "A: b  C: d\n")
  }
}
