import Foundation
import Testing

@testable import Audio
@testable import Chunks
@testable import Gateway
@testable import Planner
@testable import References
@testable import ServiceKit
@testable import Status

/// A service's executable, for tests that hold for all of them.
enum Program: String, CaseIterable, Sendable {
  case gateway = "Gateway"
  case status = "Status"
  case planner = "Planner"
  case references = "References"
  case chunks = "Chunks"
  case audio = "Audio"

  var type: any ServiceProgram.Type {
    switch self {
    case .gateway: Gateway.self
    case .status: Status.self
    case .planner: Planner.self
    case .references: References.self
    case .chunks: Chunks.self
    case .audio: Audio.self
    }
  }

  var declared: [ServiceKit.Setting] { type.declaredSettings }
}

/// What the services declare, what the stack knows, and what the READMEs say are the same.
struct SettingsTests {
  /// Understood by a part that is to come, so that an installation may set them already.
  private static let toCome: Set<String> = [
    "LONGTAKE_IMAGE_PROVIDER", "LONGTAKE_JWT_JWKS", "LONGTAKE_JWT_SECRET", "LONGTAKE_MUSIC_PROVIDER",
    "LONGTAKE_PLAN_PROVIDER", "LONGTAKE_STATE_DIR", "LONGTAKE_VIDEO_PROVIDER",
  ]

  @Test func theStackKnowsExactlyWhatItsServicesDeclare() {
    let declared = Program.allCases.flatMap(\.declared).filter { $0.name.hasPrefix("LONGTAKE_") }
    #expect(Setting.namesOfTheStack == Set(declared.map(\.name)).union(Self.toCome))
    let secrets = Set(declared.filter(\.isSecret).map(\.name)).union(["LONGTAKE_JWT_SECRET"])
    #expect(Setting.secretsOfTheStack == secrets)
  }

  @Test(arguments: Program.allCases) func noServiceDeclaresANameTwice(_ program: Program) {
    let names = program.declared.map(\.name)
    #expect(names.count == Set(names).count)
  }

  @Test(arguments: Program.allCases) func whatIsDeclaredIsNoMistake(_ program: Program) {
    let names = Program.allCases.flatMap(\.declared).flatMap { setting in
      setting.isSecret ? [setting.name, setting.name + "_FILE"] : [setting.name]
    }
    let environment = Dictionary(names.map { ($0, "x") }, uniquingKeysWith: { first, _ in first })
    #expect(Settings(environment: environment).warnings(declared: program.declared) == [])
  }

  @Test(arguments: Program.allCases) func misspeltNameGetsTheOneThatWasMeant(_ program: Program) {
    for setting in program.declared where setting.name.hasPrefix("LONGTAKE_") {
      let misspelt = setting.name.dropLast(2) + "XX"
      let warnings = Settings(environment: [String(misspelt): "x"]).warnings(declared: program.declared)
      #expect(warnings.count == 1 && warnings[0].contains("Did you mean LONGTAKE_"), "\(misspelt)")
    }
  }

  @Test(arguments: Program.allCases) func plainSettingComesFromNoFile(_ program: Program) {
    let warnings = Settings(environment: ["LONGTAKE_PORT_FILE": "x"]).warnings(declared: program.declared)
    #expect(
      warnings == [
        "LONGTAKE_PORT_FILE is set, but nothing of Longtake knows it; it is ignored. Did you mean LONGTAKE_PORT?"
      ])
  }

  @Test(arguments: Program.allCases) func readMeShowsTheTableAsTheProgramPrintsIt(_ program: Program) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appending(path: "Services/\(program.rawValue)/README.md"), encoding: .utf8)
    let command = "\(program.type.identity.executable) settings"
    let parts = text.components(separatedBy: "<!-- \(command) -->\n")
    #expect(
      parts.count == 3 && parts[1] == SettingsTable.text(program.declared) + "\n",
      "put what \(command) prints between the two marks of Services/\(program.rawValue)/README.md")
  }
}
