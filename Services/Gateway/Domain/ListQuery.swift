import Contracts
import FoundationEssentials
import ServiceKit

/// The query of `GET /api/videos`, checked and ready to go on to Status.
struct ListQuery: Sendable, Equatable {
  static let sorts = ["newest", "oldest", "updated"]

  /// `?limit=20&…`.
  let text: String

  init(_ parameters: [(String, String)]) throws(Problem) {
    var faults: [Fault] = []
    var passed: [(String, String)] = []
    for (name, value) in parameters where !value.isEmpty {
      switch name {
      case "limit" where Int(value).map({ (1...100).contains($0) }) != true:
        faults.append(Fault("/limit", "limit must be a whole number from 1 to 100."))
      case "status" where VideoStatus(rawValue: value) == nil:
        let names = VideoStatus.allCases.map(\.rawValue).joined(separator: ", ")
        faults.append(Fault("/status", "status must be one of \(names)."))
      case "sort" where !Self.sorts.contains(value):
        faults.append(Fault("/sort", "sort must be one of \(Self.sorts.joined(separator: ", "))."))
      case "q" where value.unicodeScalars.count > 200:
        faults.append(Fault("/q", "q must have at most 200 characters."))
      case "limit", "status", "sort", "q", "cursor", "provider": passed.append((name, value))
      default: break
      }
    }
    if !faults.isEmpty { throw .validation(faults) }
    text = passed.isEmpty ? "" : "?" + passed.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
  }

  /// RFC 3986 §2.1: everything but unreserved characters is escaped.
  private static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isUnreserved = scalar.properties.isAlphabetic && byte < 0x80 || (0x30...0x39).contains(byte)
      if isUnreserved || "-._~".unicodeScalars.contains(scalar) { return String(Character(scalar)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "%" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
  }
}
