public import Contracts

/// Reads a JSON object field by field, notes every fault with its pointer, and refuses unknown fields.
///
/// A reader that finds a fault answers nil or a placeholder, so that one pass names everything; `finish()`
/// throws. Null counts as absent.
public struct BodyReader {
  private let members: [String: JSONValue]
  private let pointer: String
  private var seen: Set<String> = []
  public private(set) var faults: [Fault] = []

  /// Throws where the body is no object at all.
  public init(_ json: JSONValue) throws(Problem) {
    guard case .object(let members) = json else {
      throw .validation([Fault("", "The body must be a JSON object, not \(json.kind).")])
    }
    self.init(members: members, pointer: "")
  }

  private init(members: [String: JSONValue], pointer: String) {
    self.members = members
    self.pointer = pointer
  }

  /// Throws everything that was wrong, unknown fields included.
  public mutating func finish() throws(Problem) {
    refuseUnknown()
    if !faults.isEmpty { throw .validation(faults) }
  }

  /// A fault that only the caller can see, for instance two fields that contradict each other.
  public mutating func fault(_ name: String, _ detail: String) {
    faults.append(Fault(path(name), detail))
  }

  /// A fault that somebody else has found, with its whole pointer.
  public mutating func note(_ fault: Fault) { faults.append(fault) }

  public func isPresent(_ name: String) -> Bool { (members[name] ?? .null) != .null }

  /// A text of `length` Unicode code points, as JSON Schema counts; one without a visible character is empty.
  public mutating func string(_ name: String, _ length: ClosedRange<Int>, required: Bool = false) -> String? {
    guard let value = value(name, required: required) else { return nil }
    guard case .string(let text) = value else { return wrongKind(name, "a string", value) }
    if text.unicodeScalars.contains("\0") {
      fault(name, "\(name) must not hold a NUL character.")
      return nil
    }
    let count = text.unicodeScalars.count
    let blank = length.lowerBound > 0 && text.unicodeScalars.allSatisfy(Self.isInvisible)
    guard !blank, length.contains(count) else {
      let found = blank ? "it is empty" : "it has \(count)"
      fault(name, "\(name) must have \(length.lowerBound) to \(length.upperBound) characters; \(found).")
      return nil
    }
    return text
  }

  public mutating func number(_ name: String, in range: ClosedRange<Double>, required: Bool = false)
    -> Double?
  {
    guard let value = value(name, required: required) else { return nil }
    guard case .number(let text) = value, let number = Double(text) else {
      return wrongKind(name, "a number", value)
    }
    guard range.contains(number) else {
      fault(
        name, "\(name) must be from \(plain(range.lowerBound)) to \(plain(range.upperBound)), not \(text).")
      return nil
    }
    return number
  }

  public mutating func integer(_ name: String, in range: ClosedRange<Int>, required: Bool = false) -> Int? {
    guard let value = value(name, required: required) else { return nil }
    guard case .number(let text) = value else { return wrongKind(name, "a whole number", value) }
    guard let number = Int(text) ?? Double(text).flatMap(Int.init(exactly:)), range.contains(number) else {
      fault(
        name, "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound), not \(text).")
      return nil
    }
    return number
  }

  public mutating func bool(_ name: String, required: Bool = false) -> Bool? {
    guard let value = value(name, required: required) else { return nil }
    guard case .bool(let flag) = value else { return wrongKind(name, "true or false", value) }
    return flag
  }

  /// One of the texts that the cases have.
  public mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ name: String, as type: Value.Type = Value.self, required: Bool = false
  ) -> Value? {
    guard let value = value(name, required: required) else { return nil }
    let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
    guard case .string(let text) = value, let chosen = Value(rawValue: text) else {
      fault(name, "\(name) must be one of \(names).")
      return nil
    }
    return chosen
  }

  /// An amount in dollars, a string like "2.50"; a number is refused because it would be rounded.
  public mutating func money(_ name: String, atMost most: MicroDollars, required: Bool = false)
    -> MicroDollars?
  {
    guard let value = value(name, required: required) else { return nil }
    guard case .string(let text) = value, let amount = MicroDollars(text), amount >= .zero, amount <= most
    else {
      fault(name, "\(name) must be a decimal string from \"0\" to \"\(most)\" with at most six places.")
      return nil
    }
    return amount
  }

  public mutating func strings(
    _ name: String, count: ClosedRange<Int>, length: ClosedRange<Int>, required: Bool = false
  ) -> [String]? {
    guard let value = value(name, required: required) else { return nil }
    guard case .array(let values) = value else { return wrongKind(name, "an array of strings", value) }
    if !count.contains(values.count) {
      fault(
        name, "\(name) must have \(count.lowerBound) to \(count.upperBound) entries; it has \(values.count).")
    }
    return values.enumerated().compactMap { index, value in
      if case .string(let text) = value, length.contains(text.unicodeScalars.count) { return text }
      faults.append(
        Fault(
          "\(path(name))/\(index)",
          "This must be a string of \(length.lowerBound) to \(length.upperBound) characters."))
      return nil
    }
  }

  /// Reads an object inside this one; nil where it is absent.
  public mutating func object<Value>(
    _ name: String, required: Bool = false, _ read: (inout BodyReader) -> Value
  ) -> Value? {
    guard let value = value(name, required: required) else { return nil }
    guard case .object(let members) = value else { return wrongKind(name, "an object", value) }
    var inner = BodyReader(members: members, pointer: path(name))
    let result = read(&inner)
    inner.refuseUnknown()
    faults += inner.faults
    return result
  }

  /// The value as it was sent, for what has no reader here.
  public mutating func raw(_ name: String, required: Bool = false) -> JSONValue? {
    value(name, required: required)
  }

  private mutating func value(_ name: String, required: Bool) -> JSONValue? {
    seen.insert(name)
    if let value = members[name], value != .null { return value }
    if required { fault(name, "\(name) is missing.") }
    return nil
  }

  private mutating func wrongKind<Value>(_ name: String, _ expected: String, _ found: JSONValue) -> Value? {
    fault(name, "\(name) must be \(expected), not \(found.kind).")
    return nil
  }

  private mutating func refuseUnknown() {
    for name in members.keys.sorted() where !seen.contains(name) {
      let nearest = Spelling.nearest(to: name, among: seen.sorted())
      let hint = nearest.map { " Did you mean \($0)?" } ?? ""
      faults.append(Fault(path(name), "There is no field \"\(name.prefix(64))\".\(hint)"))
    }
  }

  /// RFC 6901 §3: `~` and `/` in a name are escaped.
  private func path(_ name: String) -> String {
    let escaped = name.prefix(64).map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
    return "\(pointer)/\(escaped)"
  }

  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    return properties.isWhitespace || [.control, .format].contains(properties.generalCategory)
  }

  private func plain(_ number: Double) -> String {
    number == number.rounded() ? String(Int(number)) : String(number)
  }
}
