#include <libpq-fe.h>

// Fields of an error or notice, which libpq-fe.h names by character macros.
static inline const char *cpostgres_sqlstate(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}
static inline const char *cpostgres_severity(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
}
static inline const char *cpostgres_primary_message(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}
static inline const char *cpostgres_constraint(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
}

// libpq prints notices to stderr unless it is told not to.
static inline void cpostgres_drop_notice(void *context, const PGresult *notice) {
  (void)context;
  (void)notice;
}
static inline void cpostgres_silence(PGconn *connection) {
  PQsetNoticeReceiver(connection, cpostgres_drop_notice, 0);
}
