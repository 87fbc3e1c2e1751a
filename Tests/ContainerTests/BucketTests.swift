import Outside
import Testing

/// A stack whose artifacts are in a bucket.
@Suite(.enabled(if: Containers.isAsked && Containers.hasBucket), .serialized, .timeLimit(.minutes(5)))
struct BucketTests {
  @Test func whatIsAtRestIsWhatTheDatabaseSays() async throws {
    let containers = try Containers()
    let door = try await containers.door()
    let begun = try await door.create(
      #"{"prompt": "A lighthouse at night", "model": "sketch", "durationSeconds": 6}"#)
    let film = try await door.film(begun.id) { $0.isOver }
    #expect(film.status == "completed", "\(film.message)")
    let known = try await containers.sql(
      """
      select key || ' ' || bytes || ' ' || sha256 from (
        select key, bytes, sha256, run_id, state from chunks.takes
        union all select key, bytes, sha256, run_id, state from audio.tracks
        union all select key, bytes, sha256, run_id, state from "references".reference_images
      ) as kept where run_id = '\(begun.id)' and state = 'kept' order by key
      """)
    #expect(known.count > 8)
    let stored = try await containers.objects().filter { $0.contains(begun.id) }
    #expect(stored.sorted() == known.sorted())
  }

  @Test func aLinkLeadsToTheBucketAndGivesTheWholeFilm() async throws {
    let containers = try Containers()
    let door = try await containers.door()
    let begun = try await door.create(
      #"{"prompt": "A forest by day", "model": "sketch", "durationSeconds": 2}"#)
    let film = try await door.film(begun.id) { $0.isOver }
    let path = try Command.temporaryDirectory() + "/film.mp4"
    try await Command.run("/usr/bin/curl", ["-fsSL", "-o", path, try #require(film.urls.final)])
    #expect(try await Probe.run(path).video.frames == 60)
  }
}

extension Containers {
  static var hasBucket: Bool { Command.environment("LONGTAKE_S3_BUCKET")?.isEmpty == false }

  /// The bucket's objects as `key bytes sha256`, read with the SDK of S3's maker.
  func objects() async throws -> [String] {
    let program = """
      import boto3, hashlib, os
      read = lambda name: open('/run/secrets/' + name).read()
      s3 = boto3.client('s3', endpoint_url='http://127.0.0.1:9000', region_name='us-east-1',
        aws_access_key_id=read('s3_access_key'), aws_secret_access_key=read('s3_secret_key'))
      bucket = os.environ['LONGTAKE_S3_BUCKET']
      for page in s3.get_paginator('list_objects_v2').paginate(Bucket=bucket):
        for item in page.get('Contents', []):
          body = s3.get_object(Bucket=bucket, Key=item['Key'])['Body'].read()
          print(item['Key'], len(body), hashlib.sha256(body).hexdigest())
      """
    return try await docker("exec", container(of: "s3"), "python3", "-c", program)
      .split(separator: "\n").map(String.init)
  }
}
