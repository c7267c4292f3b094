import HTTPTypes
import Testing
import TidehookAPI

@Suite struct HTTPFieldsValueTests {
  @Test func theValueOfAHeaderIsWhatTheLibrarySays() {
    var fields = HTTPFields()
    #expect(fields.value(of: .authorization) == nil)
    fields[.authorization] = "Bearer a"
    #expect(fields.value(of: .authorization) == "Bearer a")
    fields.append(HTTPField(name: .authorization, value: "Bearer b"))
    #expect(fields.value(of: .authorization) == "Bearer a, Bearer b")
    #expect(fields.value(of: .authorization) == fields[.authorization])
  }
}
