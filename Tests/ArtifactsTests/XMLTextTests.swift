import Testing

@testable import Artifacts

struct XMLTextTests {
  @Test func textsAreFoundByTheirNames() {
    let xml = XMLText(
      "<?xml version=\"1.0\"?><L xmlns=\"x\"><KeyCount>2</KeyCount><C><Key>a&amp;b&#x41;&#66;</Key></C><C><Key>c</Key></C><E/></L>"
        .utf8)
    #expect(xml.all("C").map { $0.first("Key") } == ["a&bAB", "c"])
    #expect(xml.first("KeyCount") == "2")
    #expect(xml.first("E") == "")
    #expect(xml.first("Missing") == nil)
  }

  @Test(arguments: [
    "", "<", "<Key", "<Key>", "<Key>a", "<Key>a</Ke", "</Key>", "<Key/", "\u{0}\u{FFFD}",
    "<!DOCTYPE x [<!ENTITY",
  ])
  func brokenTextHasNoElement(_ text: String) { #expect(XMLText(text.utf8).first("Key") == nil) }

  @Test(arguments: ["&bomb;", "&#xFFFFFFFF;", "&#99999999;", "&", "&;", "&#;", "&#x;"])
  func unknownReferenceStaysAsItIs(_ text: String) {
    #expect(XMLText("<Key>\(text)</Key>".utf8).first("Key") == text)
  }

  @Test func escapedTextIsReadBack() {
    let text = "<\"a\" & b>"
    #expect(XMLText("<T>\(XMLText.escaped(text))</T>".utf8).first("T") == text)
  }
}
