public import Contracts
internal import HTTPTypes

extension ReadyCheck {
  /// A service that this one calls, reported and not counted: `urls` are its replicas, separated by commas.
  public static func neighbour(
    _ service: ServiceName, at urls: String, by transport: any ServiceTransport
  ) -> ReadyCheck {
    ReadyCheck(service.rawValue, required: false) {
      for url in urls.split(separator: ",") where await isAlive(String(url), transport) { return }
      throw WaitingFor(
        what:
          "\(service.rawValue) does not answer at \(urls): check that it runs, and \(Setting.url(of: service).name)."
      )
    }
  }

  private static func isAlive(_ url: String, _ transport: any ServiceTransport) async -> Bool {
    let call = ServiceCall(method: .get, url: url + "/healthz", deadline: .seconds(1))
    do { return try await transport.send(call).status == 200 } catch { return false }
  }
}
