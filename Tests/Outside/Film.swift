import FoundationEssentials
package import HTTPClient

/// What a test needs of the gateway's video.
package struct Film: Decodable, Sendable {
  package struct Chunk: Decodable, Sendable {
    package let index: Int
    package let status: String
    package let progress: Int
    package let take: Int
    package let startsFrom: String?
    package let url: String?
    package let posterUrl: String?
    package let seam: Seam?
  }
  package struct Seam: Decodable, Sendable { package let verdict: String }
  package struct Links: Decodable, Sendable {
    package let productReference: String?
    package let poster: String?
    package let filmstrip: String?
    package let filmstripVtt: String?
    package let waveform: String?
    package let music: String?
    package let final: String?
  }
  package struct Delivery: Decodable, Sendable {
    package struct Check: Decodable, Sendable {
      package let name: String
      package let verdict: String
    }
    package let url: String?
    package let verdict: String
    package let bytes: Int
    package let sha256: String
    package let checks: [Check]
  }
  package struct Phase: Decodable, Sendable {
    package let name: String
    package let status: String
    package let attempts: Int
  }
  package struct Failure: Decodable, Sendable { package let code: String }

  package let id: String
  package let status: String
  package let message: String
  package let progress: Int
  package let version: Int
  package let generation: Int
  package let durationSeconds: Double
  package let phases: [Phase]
  package let chunks: [Chunk]
  package let urls: Links
  package let actions: [String]
  package let delivery: Delivery?
  package let error: Failure?

  package var isOver: Bool { ["completed", "failed", "cancelled"].contains(status) }
  package var finishedChunks: Int { chunks.count { $0.status == "succeeded" } }
}

package struct Problem: Decodable, Sendable {
  package struct Fault: Decodable, Sendable {
    package let pointer: String
    package let detail: String
  }
  package let status: Int
  package let code: String
  package let detail: String?
  package let errors: [Fault]?
}

package struct Unexpected: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}

extension IncomingResponse {
  package var text: String { String(decoding: body, as: UTF8.self) }

  package func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
    do { return try JSONDecoder().decode(type, from: body) } catch {
      throw Unexpected("\(status): \(text): \(error)")
    }
  }
}
