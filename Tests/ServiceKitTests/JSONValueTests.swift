import Contracts
import Foundation
import Testing

@testable import ServiceKit

private func parse(_ text: String) throws(JSONSyntaxError) -> JSONValue {
  try JSONValue(parsing: Data(text.utf8))
}

struct JSONValueTests {
  @Test func everyKindOfValueIsRead() throws {
    let text = #" {"a":[1,-2.5e3,true,false,null],"b":"x\n\"\u00e9\uD83D\uDE00/\/","c":{}} "#
    let expected = JSONValue.object([
      "a": .array([.number("1"), .number("-2.5e3"), .bool(true), .bool(false), .null]),
      "b": .string("x\n\"é😀//"), "c": .object([:]),
    ])
    #expect(try parse(text) == expected)
  }

  @Test(arguments: [
    "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "+1", "1e", "-", "NaN", "tru", "\"\u{1}\"",
    "\"\\x\"", "\"\\u12G4\"", "\"\\uD83D\"", "\"\\uDE00\"", "\"\\uD83Dx\"", "\"abc", "1 2", "{\"a\" 1}",
    "'a'",
    "1e999", "[1 2]", "{\"a\":1 \"b\":2}", "\"\\u+123\"", "\u{FEFF}{}",
  ])
  func malformedTextIsRefused(_ text: String) {
    #expect(throws: JSONSyntaxError.self) { try parse(text) }
  }

  @Test func duplicateNameIsRefusedWithItsPlace() {
    #expect(throws: JSONSyntaxError(line: 2, column: 2, detail: "the name \"a\" comes twice")) {
      try parse("{\"a\":1,\n \"a\":2}")
    }
  }

  @Test func depthIsLimited() throws {
    let deep = { (levels: Int) in
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try parse(deep(32))
    #expect(throws: JSONSyntaxError.self) { try parse(deep(33)) }
    #expect(throws: JSONSyntaxError.self) { try parse(String(repeating: "[", count: 100_000)) }
  }

  @Test func invalidUTF8IsRefused() {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
  }

  @Test func canonicalTextIgnoresOrderAndSpacing() throws {
    let left = try parse("{\"b\":1.0,\"a\":[\"x\\u0041\"]}")
    let right = try parse("{ \"a\" : [ \"xA\" ], \"b\" : 1 }")
    #expect(left.canonical == right.canonical)
    #expect(left.canonical != (try parse("{\"a\":[\"xB\"],\"b\":1}")).canonical)
  }

  @Test func randomBytesNeverTrap() {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("{}[]\",:\\u0123456789eE+-.truefalsn \n\u{e9}".utf8)
    for _ in 0..<5000 {
      let bytes = (0..<Int.random(in: 0...40)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
      _ = try? JSONValue(parsing: bytes)
    }
  }
}

struct BodyReaderTests {
  enum Shape: String, CaseIterable { case round, flat }

  private func reader(_ text: String) throws -> BodyReader { try BodyReader(try parse(text)) }

  @Test func everythingRightIsRead() throws {
    var reader = try reader(
      #"{"s":"ab","n":1.5,"i":3,"b":true,"c":"flat","m":"2.50","l":["x"],"o":{"v":0.7},"z":null}"#)
    #expect(reader.string("s", 1...4) == "ab")
    #expect(reader.number("n", in: 0...2) == 1.5)
    #expect(reader.integer("i", in: 1...3) == 3)
    #expect(reader.bool("b") == true)
    #expect(reader.choice("c", as: Shape.self) == .flat)
    #expect(reader.money("m", atMost: MicroDollars(10_000_000)) == MicroDollars(2_500_000))
    #expect(reader.strings("l", count: 0...3, length: 1...3) == ["x"])
    #expect(reader.object("o") { $0.number("v", in: 0...1) } == 0.7)
    #expect(reader.string("z", 1...4) == nil)
    try reader.finish()
  }

  @Test func everyFaultIsCollectedWithItsPointer() throws {
    var reader = try reader(
      #"{"s":"","n":9,"i":1.5,"b":"yes","c":"oval","m":"1.2345678","l":["",1],"o":{"v":2,"w":1},"u":1}"#)
    _ = reader.string("s", 1...4)
    _ = reader.number("n", in: 0...2)
    _ = reader.integer("i", in: 1...3)
    _ = reader.bool("b")
    _ = reader.choice("c", as: Shape.self)
    _ = reader.money("m", atMost: MicroDollars(10_000_000))
    _ = reader.strings("l", count: 0...3, length: 1...3)
    _ = reader.object("o") { $0.number("v", in: 0...1) }
    _ = reader.string("missing", 1...4, required: true)
    do {
      try reader.finish()
      Issue.record("nothing was found")
    } catch {
      let expected = ["/s", "/n", "/i", "/b", "/c", "/m", "/l/0", "/l/1", "/o/v", "/o/w", "/missing", "/u"]
      #expect(error.errors.map(\.pointer) == expected)
      #expect(error.statusCode == 422)
    }
  }

  @Test(arguments: ["   ", "a\\u0000b", "\\n\\t"]) func blankOrNULTextIsRefused(_ text: String) throws {
    var reader = try reader("{\"s\":\"\(text)\"}")
    #expect(reader.string("s", 1...10) == nil)
    #expect(throws: Problem.self) { try reader.finish() }
  }

  @Test(arguments: ["[]", "1", "null", "\"x\""]) func bodyMustBeAnObject(_ text: String) {
    #expect(throws: Problem.self) { try reader(text) }
  }
}
