import FoundationEssentials
import HTTPClient
import HTTPTypes
import Outside
import Synchronization

/// People who order one short film after the other, at whichever gateway answers, until the shop closes.
final class Customers: Sendable {
  private let containers: Containers
  private let isClosed = Mutex(false)

  init(_ containers: Containers) { self.containers = containers }

  func close() { isClosed.withLock { $0 = true } }

  /// Returns the films that were accepted.
  func order(_ customer: Int) async throws -> [String] {
    var accepted: [String] = []
    while !isClosed.withLock({ $0 }) {
      let film = try await firstAccepted(by: customer, order: accepted.count)
      accepted.append(film.id)
      _ = try await followed(film.id)
    }
    return accepted
  }

  /// Asks gateways in turn under one key until one says 202, as a client that wants exactly one film does.
  private func firstAccepted(by customer: Int, order: Int) async throws -> Film {
    guard let name = HTTPField.Name("Idempotency-Key") else { throw Unexpected("a field name") }
    let deadline = ContinuousClock.now + .seconds(60)
    let body = ContainerTests.ScaleTests.request("A lighthouse at night, \(customer) \(order)", 2)
    let key = UUID().uuidString
    var last = "nobody answered"
    while ContinuousClock.now < deadline {
      for door in try await containers.doors() {
        do {
          let response = try await door.send(.post, "/api/videos", body, headers: [name: key])
          if response.status == 202 { return try response.decoded(Film.self) }
          last = "\(response.status): \(response.text)"
          guard response.status >= 500 || response.status == 409 || response.status == 429 else {
            throw Unexpected(last)
          }
        } catch let error as TransferError {
          last = "\(error)"
        }
      }
    }
    throw Unexpected("no gateway accepted a film for a minute: \(last)")
  }

  /// The film's end, read at whichever gateway answers.
  private func followed(_ id: String) async throws -> Film {
    let deadline = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < deadline {
      for door in try await containers.doors() {
        do {
          return try await door.film(id, within: .seconds(12)) { $0.isOver }
        } catch is TransferError {
          continue
        } catch is Unexpected {
          continue
        }
      }
    }
    throw Unexpected("the film \(id) did not end within two minutes")
  }
}
