internal import EventLoop
internal import Logging
public import Redis

extension Start {
  /// Reads `LONGTAKE_REDIS_URL` and `LONGTAKE_REDIS_PASSWORD`, and has Redis looked at before the service
  /// answers; nil where no URL is given.
  public func optionalRedis() -> RedisConfiguration? {
    let password = settings.optionalSecret(.redisPassword)?.reveal()
    guard let url = settings.optionalSecret(.redisURL) else { return nil }
    do throws(RedisError) {
      var configuration = try RedisConfiguration(url: url.reveal())
      settings.disagree(configuration.password, password, .redisURL, .redisPassword)
      configuration.password = configuration.password ?? password
      let target = configuration
      checks.add("redis") { await RedisError.look(at: target) }
      return configuration
    } catch {
      settings.fault("LONGTAKE_REDIS_URL cannot be read: give \(Setting.redisURL.meaning)")
      return nil
    }
  }

  /// As `optionalRedis`, but it is a fault if there is none.
  public func redis() -> RedisConfiguration {
    if let configuration = optionalRedis() { return configuration }
    // Notes that it is missing, unless what is there was a fault already.
    _ = settings.secret(.redisURL)
    return RedisConfiguration(host: "")
  }
}

extension ReadyCheck {
  /// Redis, reported and not counted: without it everything works, only later.
  public static func redis(_ client: RedisClient) -> ReadyCheck {
    ReadyCheck("redis", required: false) {
      do throws(RedisError) {
        try await client.ping()
      } catch {
        throw WaitingFor(what: error.finding(client.configuration).sentences.first ?? "\(error)")
      }
    }
  }
}

extension RedisError {
  /// Whether Redis lets us in.
  fileprivate static func look(at configuration: RedisConfiguration) async -> Finding {
    do {
      let loop = try EventLoop(name: "start")
      defer { loop.shutdown() }
      let quiet = Logger(label: "start") { _ in SwiftLogNoOpLogHandler() }
      let client = RedisClient(configuration: configuration, loop: loop, logger: quiet)
      let finding: Finding
      do throws(RedisError) {
        try await client.ping()
        finding = .fine
      } catch {
        finding = error.finding(configuration)
      }
      await client.close()
      return finding
    } catch {
      return .waiting("\(error)")
    }
  }

  /// Whether a person must act before Redis serves us, and what is to be done.
  func finding(_ target: RedisConfiguration) -> Finding {
    switch code {
    case .authentication:
      .faults([
        "Redis at \(target) refuses the credentials: correct LONGTAKE_REDIS_URL, LONGTAKE_REDIS_PASSWORD or the user's rights."
      ])
    case .server(let word) where !isTransient:
      .faults(["Redis at \(target) answered \(word): check the database number in LONGTAKE_REDIS_URL."])
    default: .waiting("Redis at \(target) cannot be reached: check that it runs, and LONGTAKE_REDIS_URL.")
    }
  }
}
