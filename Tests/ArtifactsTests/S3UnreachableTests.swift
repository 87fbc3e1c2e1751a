import FoundationEssentials
import Harness
import ServiceKit
import Synchronization
import Testing

@testable import Artifacts

/// Without a server that speaks S3.
struct S3UnreachableTests {
  @Test(arguments: [("https://storage.googleapis.com", false), ("https://s3.example.com", true)])
  func googleGetsEveryFileInOneRequest(_ endpoint: String, _ goesInParts: Bool) throws {
    let settings = Settings(environment: [
      "LONGTAKE_S3_BUCKET": "films", "LONGTAKE_S3_ENDPOINT": endpoint, "AWS_ACCESS_KEY_ID": "k",
      "AWS_SECRET_ACCESS_KEY": "s",
    ])
    let store = try #require(ArtifactStoreSettings(settings).open() as? S3ArtifactStore)
    #expect(store.goesInParts(1 << 30) == goesInParts)
  }

  @Test func patienceGrowsWithTheFile() {
    #expect(S3Client.patience(100) == .seconds(600))
    #expect(S3Client.patience(1 << 30) == .seconds(1624))
  }

  @Test func onlyAFirstProbeIsWaitedFor() {
    let (checked, start) = (Checked(), ContinuousClock.now)
    #expect(checked.look(at: start) == .join)
    checked.ended(.success(()), at: start)
    #expect(checked.look(at: start + .seconds(4)) == .fine)
    #expect(checked.look(at: start + .seconds(5)) == .ask(isProbeDue: false))
    #expect(checked.look(at: start + .seconds(600)) == .ask(isProbeDue: true))
    checked.ended(.failure(.cancelled), at: start + .seconds(601))
    #expect(checked.look(at: start + .seconds(601)) == .join)
  }

  @Test func storeThatIsNotThereIsATransientFault() async throws {
    try await withRefusingPort { port in
      let settings = Settings(environment: [
        "LONGTAKE_S3_BUCKET": "films", "LONGTAKE_S3_ENDPOINT": "http://127.0.0.1:\(port)",
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
      ])
      let store = ArtifactStoreSettings(settings).open()
      await #expect { try await store.check() } throws: { error in
        guard let error = error as? ArtifactError else { return false }
        return error.code == .unreachable && error.isTransient && error.message.contains("127.0.0.1:\(port)")
      }
    }
  }

  @Test func pausesBetweenAttemptsGrowUnlessTheStoreSaysHowLong() async throws {
    let script: SocketStub.Script = { number in
      [.readRequest, .respond(503, headers: number == 1 ? [("Retry-After", "7")] : [])]
    }
    try await withSocketStub(script) { stub in
      let settings = Settings(environment: [
        "LONGTAKE_S3_BUCKET": "films", "LONGTAKE_S3_ENDPOINT": stub.url, "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
      ])
      let opened = try #require(ArtifactStoreSettings(settings).open() as? S3ArtifactStore)
      let pauses = Mutex<[Duration]>([])
      var client = opened.client
      client.pause = { pause in pauses.withLock { $0.append(pause) } }
      let patient = client
      await #expect { try await patient.head("x") } throws: {
        ($0 as? ArtifactError)?.code == .throttled
      }
      let seen = pauses.withLock { $0 }
      #expect(seen.count == S3Client.maximumAttempts - 1)
      #expect(seen[1] == .seconds(7))
      #expect(seen[0] <= .milliseconds(200) && seen[3] >= .milliseconds(800))
    }
  }
}
