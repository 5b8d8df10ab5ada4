# Ways out of a read-only transaction, pinned settings, and harm inside READ ONLY (guarantees.md).
# Below each text, after >, what it would do; see StatementCorpusTest.

COMMIT; DELETE FROM students
> TRANSACTION COMMIT
> WRITE DELETE students

COMMIT; SELECT 1
> TRANSACTION COMMIT
> READ SELECT

SELECT 1; COMMIT
> READ SELECT
> TRANSACTION COMMIT

BEGIN; SELECT 1; COMMIT
> TRANSACTION BEGIN
> READ SELECT
> TRANSACTION COMMIT

ROLLBACK; SET statement_timeout = 0
> TRANSACTION ROLLBACK
> SESSION SET statement_timeout

SELECT 1; SET TRANSACTION READ ONLY
> READ SELECT
> TRANSACTION SET TRANSACTION

SAVEPOINT a; SELECT 1
> TRANSACTION SAVEPOINT
> READ SELECT

COMMIT; BEGIN READ WRITE
> TRANSACTION COMMIT
> SAFEGUARD BEGIN READ WRITE
> TRANSACTION BEGIN

BEGIN READ WRITE
> SAFEGUARD BEGIN READ WRITE
> TRANSACTION BEGIN

START TRANSACTION READ WRITE
> SAFEGUARD START TRANSACTION READ WRITE
> TRANSACTION START TRANSACTION

BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ WRITE
> SAFEGUARD BEGIN READ WRITE
> TRANSACTION BEGIN

BEGIN READ ONLY, READ WRITE
> SAFEGUARD BEGIN READ WRITE
> TRANSACTION BEGIN

BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE NOT DEFERRABLE
> SAFEGUARD BEGIN READ WRITE
> TRANSACTION BEGIN

SET TRANSACTION READ WRITE
> SAFEGUARD SET TRANSACTION READ WRITE
> TRANSACTION SET TRANSACTION

SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE
> SAFEGUARD SET TRANSACTION READ WRITE
> TRANSACTION SET TRANSACTION

SET LOCAL transaction_read_only = off
> SAFEGUARD SET transaction_read_only

SET transaction_read_only TO false
> SAFEGUARD SET transaction_read_only

SET transaction_read_only TO DEFAULT
> SAFEGUARD SET transaction_read_only

RESET transaction_read_only
> SAFEGUARD RESET transaction_read_only

SET "Transaction_Read_Only" = 0
> SAFEGUARD SET "Transaction_Read_Only"

SET default_transaction_read_only = off
> SAFEGUARD SET default_transaction_read_only

SET SESSION default_transaction_read_only TO 'of'
> SAFEGUARD SET default_transaction_read_only

SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE
> SAFEGUARD SET SESSION CHARACTERISTICS READ WRITE
> SESSION SET SESSION CHARACTERISTICS

SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE
> SAFEGUARD SET SESSION CHARACTERISTICS READ WRITE
> SESSION SET SESSION CHARACTERISTICS

SELECT set_config('transaction_read_only', 'off', true)
> SAFEGUARD SET transaction_read_only
> READ SELECT

SELECT set_config('default_transaction_read_only', 'off', false)
> SAFEGUARD SET default_transaction_read_only
> READ SELECT

SELECT set_config($1, $2, false)
> SAFEGUARD FUNCTION CALL set_config
> READ SELECT

SELECT set_config('transaction_' || 'read_only', 'off', true)
> SAFEGUARD FUNCTION CALL set_config
> READ SELECT

SELECT pg_catalog.set_config('DEFAULT_transaction_read_only'::text, 'off', false)
> SAFEGUARD SET "DEFAULT_transaction_read_only"
> READ SELECT

SELECT set_config('default_transaction_read_only', $1, false)
> SAFEGUARD SET default_transaction_read_only
> READ SELECT

SELECT set_config(setting_name => 'role', new_value => 'x', is_local => false)
> SAFEGUARD FUNCTION CALL set_config
> READ SELECT

SELECT * FROM set_config('row_security', 'off', false)
> SAFEGUARD SET row_security
> READ SELECT

WITH a AS (SELECT set_config('session_replication_role', 'replica', false)) SELECT 1
> SAFEGUARD SET session_replication_role
> READ SELECT

UPDATE pg_settings SET setting = 'off' WHERE name = 'transaction_read_only'
> WRITE UPDATE pg_settings

PREPARE TRANSACTION 'secret-gid'
> WRITE PREPARE TRANSACTION

COMMIT PREPARED 'secret-gid'
> WRITE COMMIT PREPARED

ROLLBACK PREPARED 'secret-gid'
> WRITE ROLLBACK PREPARED

SELECT dblink_exec('x')
> UNSAFE_IO FUNCTION CALL dblink_exec
> READ SELECT

# Settings that change how text is read, who acts, or what a name means

SET standard_conforming_strings = off
> SAFEGUARD SET standard_conforming_strings

SET standard_conforming_strings TO 'of'
> SAFEGUARD SET standard_conforming_strings

SELECT set_config('standard_conforming_strings', 'off', false)
> SAFEGUARD SET standard_conforming_strings
> READ SELECT

SET backslash_quote = on
> SAFEGUARD SET backslash_quote

SET client_encoding = 'SJIS'
> SAFEGUARD SET client_encoding

SET client_encoding TO 'GBK'
> SAFEGUARD SET client_encoding

SET NAMES 'BIG5'
> SAFEGUARD SET client_encoding

SELECT set_config('client_encoding', 'SQL_ASCII', false)
> SAFEGUARD SET client_encoding
> READ SELECT

SET search_path = evil
> SAFEGUARD SET search_path

SET search_path = public, pg_catalog
> SAFEGUARD SET search_path

SET search_path TO "$user", public, pg_temp
> SAFEGUARD SET search_path

SELECT set_config('search_path', 'evil, public', false)
> SAFEGUARD SET search_path
> READ SELECT

SELECT set_config('search_path', 'public,pg_catalog', false)
> SAFEGUARD SET search_path
> READ SELECT

SELECT set_config('search_path', 'public; drop', false)
> SAFEGUARD SET search_path
> READ SELECT

SELECT set_config('search_path', $1, true)
> SAFEGUARD SET search_path
> READ SELECT

SET SCHEMA 'evil'
> SAFEGUARD SET search_path

SET row_security = off
> SAFEGUARD SET row_security

SET session_replication_role = replica
> SAFEGUARD SET session_replication_role

SET ROLE postgres
> SAFEGUARD SET role

SET ROLE NONE
> SAFEGUARD SET role

SET LOCAL ROLE admin
> SAFEGUARD SET role

SET SESSION AUTHORIZATION postgres
> SAFEGUARD SET session_authorization

SET local_preload_libraries = 'x'
> SAFEGUARD SET local_preload_libraries

SET app.tenant_id = '42'
> SAFEGUARD SET "app.tenant_id"

SET plpgsql.variable_conflict = 'use_column'
> SAFEGUARD SET "plpgsql.variable_conflict"

SET temp_buffers = '1GB'
> SAFEGUARD SET temp_buffers

SET work_mem = '100GB'
> SAFEGUARD SET work_mem

SET work_mem = 2147483647
> SAFEGUARD SET work_mem

SET work_mem = '1e9'
> SAFEGUARD SET work_mem

SET hash_mem_multiplier = 1000
> SAFEGUARD SET hash_mem_multiplier

SET synchronous_commit = off
> SAFEGUARD SET synchronous_commit

SET debug_print_parse = on
> SAFEGUARD SET debug_print_parse

SET no_such_setting = 1
> SAFEGUARD SET no_such_setting

SET standard_conforming_strings FROM CURRENT
> SAFEGUARD SET standard_conforming_strings

RESET session_replication_role
> SAFEGUARD RESET session_replication_role

ALTER SYSTEM SET work_mem = '1GB'
> UNSAFE_IO ALTER SYSTEM

ALTER ROLE agent SET default_transaction_read_only = off
> PRIVILEGE ALTER ROLE SET agent

ALTER DATABASE shop SET default_transaction_read_only = off
> PRIVILEGE ALTER DATABASE SET shop

ALTER ROLE ALL RESET ALL
> PRIVILEGE ALTER ROLE SET

# Harm inside READ ONLY

SELECT pg_read_file('/etc/passwd')
> UNSAFE_IO FUNCTION CALL pg_read_file
> READ SELECT

SELECT pg_read_binary_file('x'), pg_ls_dir('.'), pg_stat_file('x'), pg_ls_logdir(), pg_current_logfile()
> UNSAFE_IO FUNCTION CALL pg_read_binary_file
> UNSAFE_IO FUNCTION CALL pg_ls_dir
> UNSAFE_IO FUNCTION CALL pg_stat_file
> UNSAFE_IO FUNCTION CALL pg_ls_logdir
> UNSAFE_IO FUNCTION CALL pg_current_logfile
> READ SELECT

SELECT lo_import('/etc/passwd'), lo_export(1, '/tmp/x'), lo_from_bytea(0, '\x00'), lo_create(1), lo_put(1, 0, 'x'), lo_get(1)
> UNSAFE_IO FUNCTION CALL lo_import
> UNSAFE_IO FUNCTION CALL lo_export
> WRITE FUNCTION CALL lo_from_bytea
> WRITE FUNCTION CALL lo_create
> WRITE FUNCTION CALL lo_put
> WRITE FUNCTION CALL lo_get
> READ SELECT

SELECT pg_switch_wal()
> UNSAFE_IO FUNCTION CALL pg_switch_wal
> READ SELECT

SELECT pg_create_restore_point('x'), pg_backup_start('x'), pg_promote(), pg_wal_replay_pause()
> UNSAFE_IO FUNCTION CALL pg_create_restore_point
> UNSAFE_IO FUNCTION CALL pg_backup_start
> UNSAFE_IO FUNCTION CALL pg_promote
> UNSAFE_IO FUNCTION CALL pg_wal_replay_pause
> READ SELECT

SELECT pg_create_physical_replication_slot('s'), pg_create_logical_replication_slot('s', 'test_decoding'), pg_drop_replication_slot('s'), pg_logical_slot_get_changes('s', NULL, NULL)
> UNSAFE_IO FUNCTION CALL pg_create_physical_replication_slot
> UNSAFE_IO FUNCTION CALL pg_create_logical_replication_slot
> UNSAFE_IO FUNCTION CALL pg_drop_replication_slot
> UNSAFE_IO FUNCTION CALL pg_logical_slot_get_changes
> READ SELECT

SELECT pg_reload_conf(), pg_rotate_logfile(), pg_log_backend_memory_contexts(1)
> UNSAFE_IO FUNCTION CALL pg_reload_conf
> UNSAFE_IO FUNCTION CALL pg_rotate_logfile
> UNSAFE_IO FUNCTION CALL pg_log_backend_memory_contexts
> READ SELECT

SELECT pg_stat_reset(), pg_stat_reset_shared('bgwriter'), pg_stat_statements_reset()
> WRITE FUNCTION CALL pg_stat_reset
> WRITE FUNCTION CALL pg_stat_reset_shared
> WRITE FUNCTION CALL pg_stat_statements_reset
> READ SELECT

SELECT pg_terminate_backend(pid) FROM pg_stat_activity
> UNSAFE_IO FUNCTION CALL pg_terminate_backend
> READ SELECT

SELECT pg_cancel_backend(1)
> UNSAFE_IO FUNCTION CALL pg_cancel_backend
> READ SELECT

SELECT pg_notify('a', 'b')
> WRITE FUNCTION CALL pg_notify
> READ SELECT

SELECT pg_advisory_lock(1), pg_try_advisory_lock(1), pg_advisory_xact_lock(1, 2), pg_advisory_lock_shared(1)
> LOCK FUNCTION CALL pg_advisory_lock
> LOCK FUNCTION CALL pg_try_advisory_lock
> LOCK FUNCTION CALL pg_advisory_xact_lock
> LOCK FUNCTION CALL pg_advisory_lock_shared
> READ SELECT

SELECT pg_logical_emit_message(false, 'prefix', repeat('x', 50000000))
> UNSAFE_IO FUNCTION CALL pg_logical_emit_message
> READ SELECT

SELECT pg_export_snapshot()
> UNSAFE_IO FUNCTION CALL pg_export_snapshot
> READ SELECT

SELECT setval('s', 1), nextval('s'::regclass)
> WRITE FUNCTION CALL setval
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT brin_summarize_new_values('i'), gin_clean_pending_list('i'), pg_import_system_collations('public')
> DEFINE FUNCTION CALL pg_import_system_collations
> WRITE FUNCTION CALL brin_summarize_new_values
> WRITE FUNCTION CALL gin_clean_pending_list
> READ SELECT

SELECT pg_prewarm('students'), pg_file_write('a', 'b', true), http_get('http://x')
> UNSAFE_IO FUNCTION CALL pg_prewarm
> UNSAFE_IO FUNCTION CALL pg_file_write
> UNSAFE_IO FUNCTION CALL http_get
> READ SELECT

SELECT binary_upgrade_set_next_pg_type_oid(1), pg_restore_relation_stats('a', 'b'), pg_clear_relation_stats('public', 'students')
> UNSAFE_IO FUNCTION CALL binary_upgrade_set_next_pg_type_oid
> WRITE FUNCTION CALL pg_restore_relation_stats
> WRITE FUNCTION CALL pg_clear_relation_stats
> READ SELECT

SELECT plpgsql_validator(1), RI_FKey_check_ins()
> PROCEDURAL FUNCTION CALL plpgsql_validator
> WRITE FUNCTION CALL ri_fkey_check_ins
> READ SELECT

LOAD 'evil'
> UNSAFE_IO LOAD

LOCK TABLE students
> LOCK LOCK students

LOCK students IN ACCESS SHARE MODE NOWAIT
> LOCK LOCK students

LISTEN channel
> LOCK LISTEN channel

NOTIFY channel
> WRITE NOTIFY channel

NOTIFY channel, 'payload'
> WRITE NOTIFY channel

CHECKPOINT
> UNSAFE_IO CHECKPOINT

VACUUM
> WRITE VACUUM

VACUUM (FULL, ANALYZE) students
> WRITE VACUUM students

ANALYZE students (name)
> WRITE ANALYZE students

REINDEX TABLE students
> WRITE REINDEX students

REINDEX DATABASE CONCURRENTLY shop
> WRITE REINDEX

CLUSTER students USING students_pkey
> WRITE CLUSTER students

REFRESH MATERIALIZED VIEW CONCURRENTLY m
> WRITE REFRESH MATERIALIZED VIEW m
