// STYLE §2.14: a misspelt upcoming feature is ignored without a word; this keeps them honest.
#if !hasFeature(ExistentialAny) || !hasFeature(MemberImportVisibility)
  #error("the upcoming features of Package.swift are not in force")
#endif
#if !hasFeature(InternalImportsByDefault) || !hasFeature(NonisolatedNonsendingByDefault)
  #error("the upcoming features of Package.swift are not in force")
#endif
