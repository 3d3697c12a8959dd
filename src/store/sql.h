/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All SQL of erm, in one place: the schema and every statement.
 * doc/journal.md describes the tables. Times are microseconds since the epoch.
 */
#ifndef ERM_STORE_SQL_H
#define ERM_STORE_SQL_H

#define STORE_APPLICATION_ID 0x65726d31 /* "erm1" in the file's header */
#define STORE_SCHEMA 2

/* The schema, as a step for each of its versions: a new database gets all of
 * them, an older one those that it lacks. A step is never changed again. */
#define STORE_SCHEMA_1                                                         \
    "create table journal(seq integer primary key, time integer not null,"     \
    " job integer not null, type text not null, text text not null,"           \
    " sum integer not null) strict;"                                           \
    "create table snapshot(seq integer primary key, text text not null,"       \
    " sum integer not null) strict;"                                           \
    "create table job(id integer primary key, identity text, name text,"       \
    " label text, source text, submitted integer not null,"                    \
    " spec text not null) strict;"                                             \
    "create unique index job_by_identity on job(identity)"                     \
    " where identity is not null;"                                             \
    "create table attempt(job integer, attempt integer,"                       \
    " started integer, ended integer, user_us integer,"                        \
    " system_us integer, max_rss_kib integer,"                                 \
    " primary key(job, attempt)) strict, without rowid;"                       \
    "create table phase(job integer, attempt integer, phase integer,"          \
    " start integer not null, end integer, n_nodes integer not null,"          \
    " nodes text not null, why text not null,"                                 \
    " primary key(job, attempt, phase)) strict, without rowid;"                \
    "create table ending(job integer primary key, attempt integer not null,"   \
    " submitted integer not null, first_started integer, started integer,"     \
    " ended integer not null, state text not null, code integer not null,"     \
    " signal integer not null, ended_by text, node_us integer not null)"       \
    " strict;"                                                                 \
    "create index ending_by_time on ending(ended, state);"                     \
    "create table directive(seq integer primary key, job integer not null,"    \
    " op text not null, asker text not null, offered integer not null,"        \
    " state text not null, closed integer, n integer not null) strict;"        \
    "create index directive_by_close on directive(closed)"                     \
    " where closed is not null;"                                               \
    "create table node(number integer primary key, name text not null unique," \
    " slots integer not null, reason text, since integer) strict;"             \
    "create table setting(key text primary key, value text not null)"          \
    " strict, without rowid;"
#define STORE_SCHEMA_2                                                     \
    "alter table directive add column attempt integer not null default 0;" \
    "alter table directive add column for_job integer not null default 0;" \
    "alter table directive add column accepted integer;"                   \
    "alter table directive add column nodes text not null default '';"     \
    "alter table directive add column retry integer;"                      \
    "alter table directive add column note text;"                          \
    "create index directive_by_job on directive(job);"                     \
    "alter table phase add column progress_from integer;"                  \
    "alter table phase add column progress_from_at integer;"               \
    "alter table phase add column progress_to integer;"                    \
    "alter table phase add column progress_to_at integer;"                 \
    "create index job_by_name on job(name) where name is not null;"        \
    "create table learned(name text, op text, n integer not null,"         \
    " took_us integer not null, primary key(name, op))"                    \
    " strict, without rowid;"                                              \
    "insert into learned select name, op, count(*), sum(closed - offered)" \
    " from directive join job on id = job"                                 \
    " where name is not null and state = 'done' group by name, op;"
#define STORE_SCHEMA_STEPS             \
    {                                  \
        STORE_SCHEMA_1, STORE_SCHEMA_2 \
    }

/* What a row of struct history_job is made of, in its order. */
#define JOB_COLUMNS                                                         \
    "select j.id, j.name, j.label, j.source, j.spec, j.submitted, e.state," \
    " e.ended_by, e.first_started, e.started, e.ended, e.attempt, e.code,"  \
    " e.signal, e.node_us, a.user_us, a.system_us, a.max_rss_kib "
#define JOB_NEWEST " order by e.ended desc, e.job desc limit ?2"
#define ENDED_JOBS                                                    \
    JOB_COLUMNS                                                       \
    "from ending e join job j on j.id = e.job"                        \
    " left join attempt a on a.job = e.job and a.attempt = e.attempt" \
    " where e.ended >= ?1"

#define LEARN_MORE                                    \
    " on conflict(name, op) do update set n = n + 1," \
    " took_us = took_us + excluded.took_us"

/* X-macro: constant, text. Prepared at first use, then kept. */
#define STORE_SQL(X)                                                           \
    X(SQL_BEGIN, "begin immediate")                                            \
    X(SQL_COMMIT, "commit")                                                    \
    X(SQL_CHECKPOINT, "pragma wal_checkpoint(passive)")                        \
    X(SQL_USE_WAL, "pragma journal_mode = wal")                                \
    X(SQL_USE_ROLLBACK, "pragma journal_mode = delete")                        \
    X(SQL_QUICK_CHECK, "pragma quick_check(1)")                                \
    X(SQL_APPLICATION_ID, "pragma application_id")                             \
    X(SQL_USER_VERSION, "pragma user_version")                                 \
    X(SQL_COUNT_TABLES, "select count(*) from sqlite_schema")                  \
    X(SQL_GET_SETTING, "select value from setting where key = ?1")             \
    X(SQL_SET_SETTING, "insert or replace into setting values(?1, ?2)")        \
    X(SQL_DROP_SETTING, "delete from setting where key = ?1")                  \
    /* the last sequence number: also when the journal were empty */           \
    X(SQL_LAST_SEQ, "select max(coalesce((select max(seq) from journal), 0),"  \
                    " coalesce((select max(seq) from snapshot), 0))")          \
    X(SQL_COUNT_ENDED,                                                         \
      "select count(*), count(*) filter"                                       \
      " (where state not in ('completed', 'cancelled')) from ending")          \
    /* journal */                                                              \
    X(SQL_ADD_RECORD, "insert into journal values(?1, ?2, ?3, ?4, ?5, ?6)")    \
    X(SQL_RECORDS, "select seq, time, job, type, text, sum from journal"       \
                   " where seq >= ?1 order by seq limit ?2")                   \
    X(SQL_FIRST_SEQ, "select min(seq) from journal")                           \
    X(SQL_PRUNE_JOURNAL, "delete from journal where seq <= ?1"                 \
                         " and seq <= (select min(seq) from snapshot)")        \
    X(SQL_SAVE_SNAPSHOT, "insert or replace into snapshot values(?1, ?2, ?3)") \
    X(SQL_PRUNE_SNAPSHOTS,                                                     \
      "delete from snapshot where seq not in"                                  \
      " (select seq from snapshot order by seq desc limit 2)")                 \
    X(SQL_SNAPSHOTS, "select seq, text, sum from snapshot order by seq desc")  \
    /* jobs and their history */                                               \
    X(SQL_ADD_JOB, "insert into job values(?1, ?2, ?3, ?4, ?5, ?6, ?7)")       \
    X(SQL_FIND_IDENTITY, "select id from job where identity = ?1")             \
    X(SQL_JOB_SPEC, "select spec from job where id = ?1")                      \
    X(SQL_JOB_NAME, "select name from job where id = ?1")                      \
    X(SQL_MAX_JOB, "select max(id) from job")                                  \
    X(SQL_START_ATTEMPT,                                                       \
      "insert or ignore into attempt(job, attempt, started)"                   \
      " values(?1, ?2, ?3)")                                                   \
    X(SQL_END_ATTEMPT,                                                         \
      "update attempt set ended = ?3 where job = ?1 and attempt = ?2")         \
    X(SQL_SET_USAGE,                                                           \
      "update attempt set user_us = ?3, system_us = ?4, max_rss_kib = ?5"      \
      " where job = ?1 and attempt = ?2")                                      \
    X(SQL_CLOSE_ATTEMPT,                                                       \
      "update attempt set ended = ?3, user_us = ?4, system_us = ?5,"           \
      " max_rss_kib = ?6 where job = ?1 and attempt = ?2")                     \
    /* only the last phase of an attempt can be open */                        \
    X(SQL_CLOSE_PHASE,                                                         \
      "update phase set end = ?3 where job = ?1 and attempt = ?2"              \
      " and phase = (select max(phase) from phase where job = ?1"              \
      " and attempt = ?2) and end is null")                                    \
    X(SQL_OPEN_PHASE,                                                          \
      "insert into phase(job, attempt, phase, start, n_nodes, nodes, why)"     \
      " select ?1, ?2, coalesce(max(phase), 0) + 1, ?3, ?4, ?5, ?6 from phase" \
      " where job = ?1 and attempt = ?2")                                      \
    X(SQL_ADD_ENDING,                                                          \
      "insert into ending values(?1, ?2,"                                      \
      " (select submitted from job where id = ?1),"                            \
      " (select min(started) from attempt where job = ?1),"                    \
      " (select started from attempt where job = ?1 and attempt = ?2), ?3,"    \
      " ?4, ?5, ?6, ?7,"                                                       \
      " (select coalesce(sum((coalesce(end, ?3) - start) * n_nodes), 0)"       \
      " from phase where job = ?1))")                                          \
    /* resizes; what was once told of one stays */                             \
    X(SQL_PUT_DIRECTIVE,                                                       \
      "insert into directive(seq, job, attempt, op, asker, for_job, offered,"  \
      " accepted, state, closed, n, nodes, retry)"                             \
      " values(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"        \
      " on conflict(seq) do update set state = excluded.state,"                \
      " accepted = coalesce(accepted, excluded.accepted),"                     \
      " closed = excluded.closed, n = excluded.n, nodes = excluded.nodes,"     \
      " retry = coalesce(excluded.retry, retry)")                              \
    X(SQL_NOTE_DIRECTIVE,                                                      \
      "update directive set note = iif(note is null, ?2, note || '; ' || ?2)"  \
      " where seq = ?1")                                                       \
    X(SQL_DIRECTIVES,                                                          \
      "select seq, job, attempt, op, asker, for_job, offered, accepted,"       \
      " state, closed, n, nodes, retry, note from directive where job = ?1"    \
      " order by seq")                                                         \
    /* what jobs of a name have taught */                                      \
    X(SQL_LEARN, "insert into learned select j.name, d.op, 1, ?2 - d.offered"  \
                 " from directive d join job j on j.id = d.job"                \
                 " where d.seq = ?1 and j.name is not null" LEARN_MORE)        \
    /* the directive ended in the moment in which the new attempt began */     \
    X(SQL_LEARN_RESTART,                                                       \
      "insert into learned select j.name, 'restart', 1, ?3 - d.offered"        \
      " from directive d join job j on j.id = d.job"                           \
      " where d.job = ?1 and d.attempt = ?2 - 1 and d.state = 'done'"          \
      " and j.name is not null and d.closed = (select start from phase"        \
      " where job = ?1 and attempt = ?2 and phase = 1"                         \
      " and why = 'restart')" LEARN_MORE)                                      \
    /* one that is less far than before has gone back: measured anew */        \
    X(SQL_PROGRESS,                                                            \
      "update phase set progress_to = ?2, progress_to_at = ?3,"                \
      " progress_from = iif(progress_from is null or ?2 < progress_to,"        \
      " ?2, progress_from),"                                                   \
      " progress_from_at = iif(progress_from is null or ?2 < progress_to,"     \
      " ?3, progress_from_at) where job = ?1 and end is null")                 \
    X(SQL_LEARNED_COST,                                                        \
      "select coalesce("                                                       \
      "(select sum(took_us) / sum(n) from learned where name = ?1"             \
      " and op in ('expand', 'restart')),"                                     \
      " (select took_us / n from learned where name = ?1 and op = 'shrink'))") \
    /* the index of names has the ids in order */                              \
    X(SQL_LEARNED_RUN,                                                         \
      "select cast(avg(took) as integer) from (select e.ended - e.started"     \
      " as took from job j join ending e on e.job = j.id"                      \
      " where j.name = ?1 and e.state = 'completed'"                           \
      " order by j.id desc limit 2)")                                          \
    X(SQL_LEARNED,                                                             \
      "select * from (select name, op, 0 as n_nodes, n, took_us, 0 from "      \
      "learned"                                                                \
      " union all select name, null, n_nodes, count(*),"                       \
      " sum(progress_to_at - progress_from_at),"                               \
      " sum(progress_to - progress_from) from phase join job on id = job"      \
      " where progress_to > progress_from and name is not null"                \
      " group by name, n_nodes) where ?1 is null or name = ?1"                 \
      " order by name, op is null, op, n_nodes")                               \
    /* looking at the history */                                               \
    X(SQL_ENDED_JOBS, ENDED_JOBS JOB_NEWEST)                                   \
    X(SQL_ENDED_JOBS_BY_ID,                                                    \
      ENDED_JOBS " and e.job in (select value from json_each(?3))" JOB_NEWEST) \
    X(SQL_JOB, JOB_COLUMNS "from job j left join ending e on e.job = j.id"     \
                           " left join attempt a on a.job = j.id"              \
                           " and a.attempt = e.attempt where j.id = ?1")       \
    X(SQL_PHASES,                                                              \
      "select attempt, phase, start, end, n_nodes, nodes, why from phase"      \
      " where job = ?1 order by attempt, phase")                               \
    /* total(), not sum(): node-microseconds overflow 64 bits */               \
    X(SQL_SUMMARY,                                                             \
      "select count(*), count(*) filter (where state = 'completed'),"          \
      " count(*) filter (where state = 'cancelled'), total(node_us),"          \
      " min(submitted), min(first_started), max(ended), count(first_started)," \
      " total(first_started - submitted) from ending"                          \
      " where ended >= ?1 and ended < ?2")                                     \
    X(SQL_RESIZES, "select count(*) filter (where op = 'expand'"               \
                   " and state in ('done', 'forced')),"                        \
                   " count(*) filter (where op = 'shrink'"                     \
                   " and state in ('done', 'forced')),"                        \
                   " count(*) filter (where state = 'done'),"                  \
                   " count(*) filter (where state = 'forced'),"                \
                   " count(*) filter (where state = 'refused'),"               \
                   " count(*) filter (where state = 'failed'),"                \
                   " count(*) filter (where state = 'expired'),"               \
                   " total(closed - offered) filter (where state = 'done')"    \
                   " from directive where closed >= ?1 and closed < ?2")       \
    /* nodes */                                                                \
    X(SQL_FIND_NODE, "select number, slots from node where name = ?1")         \
    X(SQL_ADD_NODE, "insert into node(number, name, slots)"                    \
                    " select coalesce(max(number) + 1, 0), ?1, ?2 from node")  \
    X(SQL_SET_SLOTS, "update node set slots = ?2 where number = ?1")           \
    X(SQL_SET_REASON,                                                          \
      "update node set reason = ?2, since = ?3 where number = ?1")             \
    X(SQL_NODES,                                                               \
      "select number, name, slots, reason, since from node order by number")

#endif
