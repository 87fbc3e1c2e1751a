public import Artifacts
public import Contracts
import FoundationEssentials

/// How the files of a take are made, and how one tells that a file is what was asked for.
public protocol TakeRecipe: Sendable {
  var slot: Slot { get }
  /// Makes a role's file in `directory` and returns its path; `kept` are local paths of earlier roles.
  func make(_ role: String, kept: [String: String], in directory: String) async throws -> String
  /// Throws unless the file satisfies the request.
  func verify(_ role: String, file: String) async throws
  /// Roles that a take is good without: one that cannot be made is left out.
  var extras: Set<String> { get }
  /// Told what is stored of a take, before the next role is made.
  func stored(_ role: String, _ file: ArtifactReference)
}

extension TakeRecipe {
  public var extras: Set<String> { [] }

  public func stored(_ role: String, _ file: ArtifactReference) {}
}

/// The files of a take as they are stored.
public struct StoredTake: Sendable, Equatable {
  public let number: Int
  public let files: [String: ArtifactReference]

  /// The file of a role that the slot has.
  public func file(_ role: String) throws -> ArtifactReference {
    guard let file = files[role] else {
      throw TaskFault(code: "role_missing", detail: "A take was made without one of its files.", kind: .bug)
    }
    return file
  }
}

/// Puts what a task makes into the store, once: nothing is overwritten, and what is there is not made again.
///
/// The take is reserved in the database before anything is made. After a crash the same task finds its
/// number, adopts the files that are stored and satisfy the request, with their own hashes, and makes the
/// rest. If something else has the key, or the store says that what it has there is spoiled, the task goes on to
/// the next number.
public struct Shelf: Sendable {
  /// What the store says of a key whose object is not what was stored.
  private struct Spoiled: Error { let fault: ArtifactError }

  /// A store that spoils every take must not be given takes without end.
  private static let mostSpoiled = 3

  private let artifacts: any ArtifactStore
  private let takes: TakeStore
  private let workspace: Workspace

  public init(artifacts: any ArtifactStore, takes: TakeStore, workspace: Workspace) {
    self.artifacts = artifacts
    self.takes = takes
    self.workspace = workspace
  }

  /// Goes on to `creating`, and makes or adopts a take; its rows say so in the transaction in which the task succeeds.
  public func take(
    _ recipe: some TakeRecipe, for task: LeasedTask, _ context: TaskContext
  ) async throws -> StoredTake {
    let slot = recipe.slot
    var spoiled = 0
    while true {
      let number = try await context.advance(to: .creating) { connection in
        try await takes.reserve(slot, for: task.command, on: connection)
      }
      var fault: ArtifactError?
      var files: [String: ArtifactReference]?
      do {
        files = try await self.files(of: recipe, take: number, context)
      } catch let error as Spoiled {
        (fault, spoiled) = (error.fault, spoiled + 1)
      }
      if let files {
        context.whenSucceeded { connection in
          try await takes.keep(slot, take: number, files: files, on: connection)
        }
        return StoredTake(number: number, files: files)
      }
      try await context.fenced { connection in
        try await takes.abandon(slot, take: number, on: connection)
      }
      if let fault, spoiled == Self.mostSpoiled { throw fault }
    }
  }

  /// A readable path of an artifact that the work needs, once its size and hash were found right.
  public func file(of reference: ArtifactReference) async throws -> String {
    try await artifacts.verify(reference)
    return try await artifacts.localFile(reference.key)
  }

  /// The same for an artifact that may not be there.
  public func file(of reference: ArtifactReference?) async throws -> String? {
    guard let reference else { return nil }
    let path: String = try await file(of: reference)
    return path
  }

  /// Deletes everything that was stored for a run, then forgets it; harmless when repeated.
  public func forget(_ run: RunID) async throws {
    for key in try await takes.keys(of: run) { try await artifacts.delete(key) }
    try await takes.forget(run)
  }

  /// Nil when a key is taken by something else; throws `Spoiled` for one that the store itself finds corrupt.
  private func files(
    of recipe: some TakeRecipe, take: Int, _ context: TaskContext
  ) async throws -> [String: ArtifactReference]? {
    try await workspace.withDirectory { directory in
      var files: [String: ArtifactReference] = [:]
      var kept: [String: String] = [:]
      for role in recipe.slot.roles {
        do {
          guard let (file, local) = try await place(role, of: recipe, take, kept, directory, context) else {
            if recipe.extras.contains(role) { continue }
            return nil
          }
          (files[role], kept[role]) = (file, local)
          recipe.stored(role, file)
        } catch {
          try Task.checkCancellation()
          guard recipe.extras.contains(role) else { throw error }
          context.note("without_\(role)", "\(error)")
        }
      }
      return files
    }
  }

  /// Makes and stores a role's file, or adopts what is stored; nil when its key is taken by something else.
  private func place(
    _ role: String, of recipe: some TakeRecipe, _ take: Int, _ kept: [String: String], _ directory: String,
    _ context: TaskContext
  ) async throws -> (file: ArtifactReference, local: String)? {
    let key = recipe.slot.key(role, take)
    var stored = try await sound { () throws(ArtifactError) in try await artifacts.head(key) }
    if stored == nil {
      let made = try await recipe.make(role, kept: kept, in: directory)
      try await context.timed { try await recipe.verify(role, file: made) }
      switch try await sound({ () throws(ArtifactError) in try await artifacts.put(file: made, as: key) }) {
      case .stored(let file): return (file, made)
      case .exists(let other): stored = other
      }
    }
    let local = try await sound { () throws(ArtifactError) in try await artifacts.localFile(key) }
    guard let stored, try await satisfies(recipe, role, local) else { return nil }
    return (stored, local)
  }

  private func sound<Value>(_ work: () async throws(ArtifactError) -> Value) async throws -> Value {
    do throws(ArtifactError) {
      return try await work()
    } catch  where error.code == .corrupt {
      throw Spoiled(fault: error)
    }
  }

  private func satisfies(_ recipe: some TakeRecipe, _ role: String, _ file: String) async throws -> Bool {
    do {
      try await recipe.verify(role, file: file)
      return true
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      try Task.checkCancellation()
      return false
    }
  }
}
