import Harness
import ServiceKit
import Testing

@testable import Gateway

/// What the gateway refuses to start with.
struct GatewaySettingsTests {
  private static let complete = [
    "LONGTAKE_POSTGRES_URL": "postgres://ada@nowhere.invalid/db", "LONGTAKE_ARTIFACTS_DIR": "/nowhere",
    "LONGTAKE_INTERNAL_SECRET": "0123456789abcdef0123456789abcdef",
    "LONGTAKE_MEDIA_SECRET": "1123456789abcdef0123456789abcdef",
    "LONGTAKE_KEY_PEPPER": "2123456789abcdef0123456789abcdef", "LONGTAKE_HOST": "0.0.0.0",
  ]

  private func faults(_ change: [String: String]) -> [String] {
    let environment = Self.complete.merging(change) { _, second in second }
    let start = Start(
      identity: Gateway.identity, settings: Settings(environment: environment), logger: .silent)
    do throws(SettingsError) {
      _ = try GatewaySettings(start)
      return []
    } catch {
      return error.faults
    }
  }

  @Test func publicGatewayWithItsSecretsIsFine() { #expect(faults([:]) == []) }

  @Test(arguments: ["LONGTAKE_KEY_PEPPER", "LONGTAKE_MEDIA_SECRET", "LONGTAKE_INTERNAL_SECRET"])
  func publicGatewayNeedsEachSecret(_ name: String) {
    #expect(faults([name: ""]).map { $0.hasPrefix("\(name) is not set") } == [true])
    #expect(faults([name: "short"]).map { $0.contains("shorter than 32") } == [true])
  }

  @Test func developmentOnLoopbackNeedsNoPepper() {
    #expect(faults(["LONGTAKE_HOST": "127.0.0.1", "LONGTAKE_KEY_PEPPER": ""]) == [])
  }

  @Test func developmentIsRefusedWhereOthersCanCall() {
    #expect(faults(["LONGTAKE_AUTH": "dev"]).map { $0.contains("give LONGTAKE_AUTH=required") } == [true])
  }

  @Test func pepperIsASecretOfItsOwn() {
    let same = Self.complete["LONGTAKE_INTERNAL_SECRET"] ?? ""
    #expect(faults(["LONGTAKE_KEY_PEPPER": same]).map { $0.contains("a secret of its own") } == [true])
  }
}
