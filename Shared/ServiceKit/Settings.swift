internal import Configuration
public import FoundationEssentials
internal import Synchronization

/// The typed settings of a service, read once at start.
///
/// A getter that finds a fault notes it and answers a placeholder; `validate()` then throws all of them at
/// once. So read everything first, validate, and only then use what was read.
public final class Settings: Sendable {
  private let environment: [String: String]
  private let reader: ConfigReader
  private let noted = Mutex<[String]>([])

  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.environment = environment
    let secrets = SecretsSpecifier<String, String>.dynamic { name, _ in
      ["SECRET", "TOKEN", "KEY", "PASSWORD", "_URL"].contains { name.contains($0) }
    }
    reader = ConfigReader(
      provider: EnvironmentVariablesProvider(environmentVariables: environment, secretsSpecifier: secrets))
  }

  /// The text of a setting, its default, or nil where neither is there; an empty text counts as not set.
  public func optional(_ setting: Setting) -> String? {
    let key = ConfigKey(setting.name.lowercased().split(separator: "_").map(String.init))
    let text = reader.string(forKey: key, isSecret: setting.isSecret)
    if let text, !text.isEmpty { return text }
    return setting.fallback
  }

  public func string(_ setting: Setting) -> String {
    if let text = optional(setting) { return text }
    fault("\(setting.name) is not set: \(setting.meaning)")
    return ""
  }

  /// One of the names that the cases have.
  public func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ setting: Setting, as type: Value.Type = Value.self, otherwise: Value
  ) -> Value {
    guard let text = optional(setting) else { return otherwise }
    if let value = Value(rawValue: text) { return value }
    let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
    fault("\(setting.name) is \"\(text)\": give one of \(names).")
    return otherwise
  }

  public func int(_ setting: Setting, in range: ClosedRange<Int>) -> Int {
    let text = string(setting)
    if let number = Int(text), range.contains(number) { return number }
    if !text.isEmpty {
      fault(
        "\(setting.name) is \"\(text)\": give a whole number from \(range.lowerBound) to \(range.upperBound)."
      )
    }
    return range.lowerBound
  }

  public func bool(_ setting: Setting) -> Bool {
    let text = string(setting).lowercased()
    if ["1", "true", "yes", "on"].contains(text) { return true }
    if !["", "0", "false", "no", "off"].contains(text) {
      fault("\(setting.name) is \"\(text)\": give true or false.")
    }
    return false
  }

  /// A number of seconds, fractions allowed.
  public func duration(_ setting: Setting, in range: ClosedRange<Double>) -> Duration {
    let text = string(setting)
    if let seconds = Double(text), range.contains(seconds) { return .milliseconds(Int(seconds * 1000)) }
    if !text.isEmpty {
      fault("\(setting.name) is \"\(text)\": give seconds from \(range.lowerBound) to \(range.upperBound).")
    }
    return .milliseconds(Int(range.lowerBound * 1000))
  }

  /// A path of a file or folder; the caller checks what is there.
  public func path(_ setting: Setting) -> String {
    let text = string(setting)
    if text.utf8.contains(0) { fault("\(setting.name) holds a NUL character: give a path.") }
    return text
  }

  /// A base URL over http or https, without the slash at its end.
  public func url(_ setting: Setting) -> String {
    checkedURL(string(setting), of: setting)
  }

  /// Base URLs separated by commas, each checked.
  public func urls(_ setting: Setting) -> String {
    string(setting).split(separator: ",").map { checkedURL(String($0), of: setting) }.joined(separator: ",")
  }

  public func optionalURL(_ setting: Setting) -> String? {
    optional(setting).map { checkedURL($0, of: setting) }
  }

  private func checkedURL(_ text: String, of setting: Setting) -> String {
    guard !text.isEmpty else { return text }
    let base = text.hasSuffix("/") ? String(text.dropLast()) : text
    let rest = ["http://", "https://"].first { base.hasPrefix($0) }.map { base.dropFirst($0.count) }
    guard let rest, !rest.isEmpty, !rest.contains(where: { $0 == "?" || $0 == "#" || $0 == "@" }) else {
      fault("\(setting.name) is no base URL: give something like http://127.0.0.1:8080.")
      return base
    }
    return base
  }

  /// A secret, from the variable itself or from the file that `{name}_FILE` names; nil where neither is set.
  public func optionalSecret(_ setting: Setting, minimumBytes: Int = 1) -> Secret? {
    var source = setting.name
    var text = optional(setting)
    if text == nil, let path = environment[setting.name + "_FILE"], !path.isEmpty {
      source = "The content of \(path), which \(setting.name)_FILE names,"
      text = secretFile(path, of: setting)
      if text == nil { return nil }
    }
    guard let text else { return nil }
    guard text.utf8.count >= minimumBytes else {
      fault("\(source) is shorter than \(minimumBytes) characters: give a longer one.")
      return nil
    }
    return Secret(text)
  }

  /// What stands in a file but for white space around it; notes a fault if that is nothing.
  private func secretFile(_ path: String, of setting: Setting) -> String? {
    do {
      let data = try Data(contentsOf: URL(filePath: path))
      let text = String(decoding: data, as: UTF8.self).drop { $0.isWhitespace }
      let end = text.lastIndex { !$0.isWhitespace }
      if let end { return String(text[...end]) }
      fault("\(setting.name)_FILE names \(path), which is empty: write the secret into it.")
    } catch {
      fault(
        "\(setting.name)_FILE names \(path), which cannot be read: check that it exists and its rights.")
    }
    return nil
  }

  public func secret(_ setting: Setting, minimumBytes: Int = 1) -> Secret {
    if let secret = optionalSecret(setting, minimumBytes: minimumBytes) { return secret }
    if optional(setting) == nil, (environment[setting.name + "_FILE"] ?? "").isEmpty {
      fault("\(setting.name) is not set (\(setting.name)_FILE may name a file with it): \(setting.meaning)")
    }
    return Secret([])
  }

  /// Notes a fault that a getter cannot see, for instance two settings that contradict each other.
  public func fault(_ sentence: String) {
    noted.withLock { if !$0.contains(sentence) { $0.append(sentence) } }
  }

  public var faults: [String] { noted.withLock { $0 } }

  /// Throws every fault noted so far.
  public func validate() throws(SettingsError) {
    let faults = faults
    if !faults.isEmpty { throw SettingsError(faults: faults) }
  }

  /// A warning for every `LONGTAKE_` variable that no part of the stack knows, naming the nearest name.
  public func warnings(declared: [Setting]) -> [String] {
    let known = Setting.namesOfTheStack.union(declared.map(\.name)).union(Setting.common.map(\.name))
    let secrets = Setting.secretsOfTheStack.union(declared.filter(\.isSecret).map(\.name))
    let accepted = known.union(secrets.map { $0 + "_FILE" })
    return environment.keys.filter { $0.hasPrefix("LONGTAKE_") && !accepted.contains($0) }.sorted().map {
      name in
      guard let nearest = Spelling.nearest(to: name, among: accepted.sorted()) else {
        return "\(name) is set, but nothing of Longtake knows it; it is ignored."
      }
      return "\(name) is set, but nothing of Longtake knows it; it is ignored. Did you mean \(nearest)?"
    }
  }
}

/// Everything that is wrong with the settings, in sentences that say what to do.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
  public let faults: [String]

  public init(faults: [String]) { self.faults = faults }

  public var description: String { faults.joined(separator: "\n") }
}
