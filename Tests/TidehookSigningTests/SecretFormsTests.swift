import Testing
import TidehookCore
import TidehookSigning

@Suite struct SecretFormsTests {
  /// What scripts can make of `k"y /+1é` with the host library.
  @Test(arguments: [
    #"k"y /+1é"#, #"{"a":"k\"y /+1é"}"#, #"{"a":"{\"b\":\"k\\\"y /+1é\"}"}"#, "k%22y%20%2F%2B1%C3%A9", "k=k%22y+%2F%2B1%C3%A9&l=1",
    "6b2279202f2b31c3a9", "6B2279202F2B31C3A9", "Basic dTprInkgLysxw6k=", "dXU6ayJ5IC8rMcOpIQ==", "dXV1OmsieSAvKzHDqSEh",
  ])
  func aSecretIsFoundHoweverItIsWritten(text: String) throws {
    let mask = try #require(SecretMask(SecretForms.of(#"k"y /+1é"#)))
    #expect(mask.hiding(text).contains("<secret>"), "\(text)")
  }

  @Test func whatIsTooShortIsNoSecret() {
    #expect(SecretForms.of("abc").isEmpty)
  }
}
