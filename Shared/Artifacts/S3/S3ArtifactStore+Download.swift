extension S3ArtifactStore {
  /// Brings an object into a new file, which appears when it is complete and right; nil if there is none.
  func download(_ name: String, to path: String) async throws(ArtifactError) -> (bytes: Int, sha256: String)?
  {
    let temporary = "\(path).\(UInt32.random(in: 0 ... .max)).part"
    do throws(ArtifactError) {
      try await blocking { () throws(ArtifactError) in try BlockingFile.write([], to: temporary) }
      guard let (object, digest) = try await S3Download.run(client, name, into: temporary) else {
        await remove(temporary)
        return nil
      }
      guard digest.bytes == object.bytes, digest.sha256 == object.sha256 ?? digest.sha256 else {
        throw ArtifactError(
          .corrupt,
          "\(name) came from the store with \(digest.bytes) bytes that are not what was stored: make it anew as the next take."
        )
      }
      try await blocking { () throws(ArtifactError) in try BlockingFile.rename(temporary, to: path) }
      return digest
    } catch {
      await remove(temporary)
      throw error
    }
  }

  private func remove(_ path: String) async {
    // The pool refuses work only when the process ends.
    await shielded {
      do { try await blocking { () throws(ArtifactError) in BlockingFile.remove(path) } } catch {}
    }
  }
}
