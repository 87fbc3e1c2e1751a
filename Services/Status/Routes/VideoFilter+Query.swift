import Contracts
import HTTPTypes
import Hummingbird
import ServiceKit

extension VideoFilter {
  /// Reads `?limit&cursor&status&q&sort&provider` and names every fault.
  init(_ query: Parameters) throws(Problem) {
    var faults: [Fault] = []
    let text = { (name: Substring) in query[name].map { String($0) }.flatMap { $0.isEmpty ? nil : $0 } }
    self.init()
    if let limit = text("limit") {
      guard let number = Int(limit), (1...100).contains(number) else {
        throw .validation([Fault("/limit", "limit must be a whole number from 1 to 100.")])
      }
      self.limit = number
    }
    if let cursor = text("cursor") {
      self.cursor = VideoCursor(cursor)
      if self.cursor == nil { faults.append(Fault("/cursor", "cursor is none that this list gave.")) }
    }
    if let status = text("status") {
      self.status = VideoStatus(rawValue: status)
      let names = VideoStatus.allCases.map(\.rawValue).joined(separator: ", ")
      if self.status == nil { faults.append(Fault("/status", "status must be one of \(names).")) }
    }
    if let sort = text("sort") {
      let names = Sort.allCases.map(\.rawValue).joined(separator: ", ")
      if Sort(rawValue: sort) == nil { faults.append(Fault("/sort", "sort must be one of \(names).")) }
      self.sort = Sort(rawValue: sort) ?? .newest
    }
    self.text = text("q")
    provider = text("provider")
    if !faults.isEmpty { throw .validation(faults) }
  }
}
