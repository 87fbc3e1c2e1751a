-- One role and one schema per service, with no rights elsewhere. Run as superuser on every start:
-- it makes what is missing and changes nothing that is there but the passwords.
-- Needs the psql variables password_gateway … password_audio.
\set ON_ERROR_STOP on
set client_min_messages = warning;

select format('create role longtake_%s login connection limit 60', name)
from unnest(array['gateway', 'status', 'planner', 'references', 'chunks', 'audio']) as name
where not exists (select from pg_roles where rolname = 'longtake_' || name)
\gexec

alter role longtake_gateway password :'password_gateway';
alter role longtake_status password :'password_status';
alter role longtake_planner password :'password_planner';
alter role longtake_references password :'password_references';
alter role longtake_chunks password :'password_chunks';
alter role longtake_audio password :'password_audio';

select format('create schema if not exists %I authorization longtake_%s', name, name),
  format('alter role longtake_%s in database %I set search_path = %I', name, current_database(), name)
from unnest(array['gateway', 'status', 'planner', 'references', 'chunks', 'audio']) as name
\gexec

-- Provider limits are rows that Status owns; the others may only call its functions.
create schema if not exists limits authorization longtake_status;

revoke all on schema public from public;
select format('revoke all on database %I from public', current_database()),
  format('grant connect on database %I to longtake_gateway, longtake_status, longtake_planner,
    longtake_references, longtake_chunks, longtake_audio', current_database())
\gexec
