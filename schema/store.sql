-- SPDX-License-Identifier: BSD-2-Clause
-- store.sql - everything that rests in warrant.db, warrant-store(5).
--
-- One file a host.  The ledger process of warrantd is its only writer, and
-- its only reader while it runs: reports read a snapshot, auditors an export.
--
-- Two halves.  The LEDGER (boot, signing_key, event, event_body, checkpoint,
-- head, anchor) is the evidence: what happened, in the order it happened, as
-- leaves of one Merkle tree (RFC 6962) under signed checkpoints.  The STATE
-- (person to recording_gone) is what the ledger means just now, kept so that
-- a question has a quick answer.  Every row of the state carries the seq of
-- the event that made it, and the body of that event holds the same values
-- under the same names (rows.h makes the one from the other).  Times of
-- rows are therefore the times of their events.
--
-- Nothing is updated or deleted but: head (replaced at each commit),
-- channel_head (how far a recording has come), person (erased), event_body
-- (deleted under a tombstone).  Whether a request is pending or a grant in
-- force is derived from what was inserted.  Free text (reasons, commands,
-- addresses) stands in bodies only, so that it can be erased.
--
-- The triggers stop our own mistakes and careless hands.  They do not stop
-- root with an SQL shell; what shows that is a checkpoint held elsewhere.
-- store_open() compares the schema it finds with this text and asserts
-- foreign_keys and recursive_triggers (else INSERT OR REPLACE would delete
-- rows without firing their triggers) and SQLITE_DBCONFIG_DEFENSIVE.
--
-- No JSON function stands here: SQLite 3.40 does not flag them innocuous, so
-- with trusted_schema=OFF a trigger or view that calls one does not prepare.
-- Times are microseconds of the Unix epoch (_us); ids are those of lib/id.h.

-- ------------------------------------------------------------- this store

-- Written once, at creation.
--   origin    the log's name in its checkpoints
--   store_id  128 random bits in hex: a store that was replaced shows
CREATE TABLE meta (
  k TEXT PRIMARY KEY,
  v TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A boot of this host: monotonic clocks compare only within one.
CREATE TABLE boot (
  id      INTEGER PRIMARY KEY,
  boot_id TEXT NOT NULL UNIQUE CHECK (length(boot_id) = 36)
) STRICT;

-- ------------------------------------------------------------- the ledger

-- The vocabulary, filled from the table in event.c.
--   class      which retention rule the body falls under
--   severity   as in syslog(3)
--   exception  1: listed in every report until somebody explains it
CREATE TABLE event_kind (
  kind      TEXT PRIMARY KEY,
  class     TEXT NOT NULL
            CHECK (class IN ('access', 'command', 'admin', 'system')),
  severity  INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 7),
  exception INTEGER NOT NULL CHECK (exception IN (0, 1))
) STRICT, WITHOUT ROWID;

-- One thing that happened: the header, kept for good.  The leaf of the tree
-- is the SHA-256 of 0x00 and the canonical record made of these columns.
CREATE TABLE event (
  seq       INTEGER PRIMARY KEY CHECK (seq >= 0),  -- the leaf's index
  wall_us   INTEGER NOT NULL CHECK (wall_us > 0),  -- CLOCK_REALTIME, may step
  boot      INTEGER NOT NULL REFERENCES boot(id),
  mono_us   INTEGER NOT NULL CHECK (mono_us >= 0), -- CLOCK_BOOTTIME, does not
  kind      TEXT NOT NULL REFERENCES event_kind(kind),
  session   TEXT,              -- channel or connection; ids, no foreign keys:
  who       TEXT,              -- person, a pseudonym; the ledger stands alone
  body_hash BLOB NOT NULL CHECK (length(body_hash) = 32)  -- of salt and body
) STRICT;
CREATE INDEX event_by_session ON event(session, seq) WHERE session IS NOT NULL;
CREATE INDEX event_by_who ON event(who, seq) WHERE who IS NOT NULL;
CREATE INDEX event_by_kind ON event(kind, seq);

-- What happened in full, a JSON object: the only part that retention and
-- erasure may remove.  The salt goes with it, so nothing can be guessed back.
CREATE TABLE event_body (
  seq  INTEGER PRIMARY KEY REFERENCES event(seq),
  salt BLOB NOT NULL CHECK (length(salt) = 16),
  body TEXT NOT NULL CHECK (length(body) BETWEEN 2 AND 61440)
) STRICT;

-- The forward-secure chain: key n endorses key n+1 and is then destroyed.
-- Epoch 0 is pinned by the auditor (warrant-report fingerprint).
CREATE TABLE signing_key (
  epoch     INTEGER PRIMARY KEY CHECK (epoch >= 0),
  pub       BLOB NOT NULL UNIQUE CHECK (length(pub) = 32),
  first_seq INTEGER NOT NULL UNIQUE CHECK (first_seq >= 0),
  start_us  INTEGER NOT NULL,
  endorse   BLOB CHECK (length(endorse) = 64),   -- by epoch-1
  CHECK ((epoch = 0) = (endorse IS NULL)),
  CHECK ((epoch = 0) = (first_seq = 0))
) STRICT;

-- A signed note over the tree of seq 0 to size-1: at the end of each epoch,
-- and wherever an anchor was set.
CREATE TABLE checkpoint (
  size  INTEGER PRIMARY KEY CHECK (size > 0),
  epoch INTEGER NOT NULL REFERENCES signing_key(epoch),
  note  TEXT NOT NULL
) STRICT;

-- The newest signed note.  Replaced at every commit that adds an event.
CREATE TABLE head (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  size INTEGER NOT NULL CHECK (size > 0),
  note TEXT NOT NULL
) STRICT;

-- That somebody else was shown a checkpoint, and what he gave in return.
CREATE TABLE anchor (
  id      INTEGER PRIMARY KEY,
  size    INTEGER NOT NULL REFERENCES checkpoint(size),
  via     TEXT NOT NULL
          CHECK (via IN ('syslog', 'file', 'witness', 'rfc3161', 's3')),
  name    TEXT NOT NULL,       -- which file, witness, authority
  wall_us INTEGER NOT NULL,
  proof   TEXT NOT NULL        -- the line, cosignature or token
) STRICT;
CREATE INDEX anchor_by_size ON anchor(size);

-- ------------------------------------------------------------- people

-- The one place where a pseudonym meets a person: issuer and subject.
-- tag is an HMAC of the two under a key outside this file; it outlives the
-- names while rights are open, so that nobody who was erased comes back as a
-- stranger.  Written by the ledger at a first sign-in.
CREATE TABLE person (
  id         TEXT PRIMARY KEY,
  tag        BLOB UNIQUE CHECK (length(tag) = 32),
  iss        TEXT,
  sub        TEXT,
  name       TEXT,
  email      TEXT,
  seq        INTEGER NOT NULL UNIQUE REFERENCES event(seq),
  erased_seq INTEGER REFERENCES event(seq),
  CHECK ((erased_seq IS NULL) = (iss IS NOT NULL)),
  CHECK ((iss IS NULL) = (sub IS NULL)),
  CHECK (erased_seq IS NULL OR (name IS NULL AND email IS NULL)),
  CHECK (erased_seq IS NOT NULL OR tag IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- A verified sign-in.  It opens one connection, of that person, account and
-- service, before until; its id was told to the PAM module alone.
CREATE TABLE login (
  login    TEXT PRIMARY KEY,
  who      TEXT NOT NULL REFERENCES person(id),
  account  TEXT NOT NULL,
  service  TEXT NOT NULL,
  until_us INTEGER NOT NULL,
  seq      INTEGER NOT NULL UNIQUE REFERENCES event(seq)
) STRICT, WITHOUT ROWID;

-- A token that may be used once and was.
CREATE TABLE token_use (
  token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
  exp_us     INTEGER NOT NULL,
  seq        INTEGER NOT NULL UNIQUE REFERENCES event(seq)
) STRICT, WITHOUT ROWID;

-- ------------------------------------------------------------- just-in-time

-- A person asks for a role.  rules is the digest of the policy in force when
-- he asked, quorum what it demanded then.
CREATE TABLE request (
  id       TEXT PRIMARY KEY,
  who      TEXT NOT NULL REFERENCES person(id),
  host     TEXT NOT NULL,
  account  TEXT NOT NULL,
  role     TEXT NOT NULL,
  rules    TEXT NOT NULL CHECK (length(rules) = 64),
  for_us   INTEGER NOT NULL CHECK (for_us BETWEEN 1000000 AND 2678400000000),
  quorum   INTEGER NOT NULL CHECK (quorum BETWEEN 1 AND 9),
  lapse_us INTEGER NOT NULL,
  extends  TEXT REFERENCES grants(id),     -- the grant it asks to prolong
  seq      INTEGER NOT NULL UNIQUE REFERENCES event(seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_by_who ON request(who, seq);
CREATE INDEX request_by_lapse ON request(lapse_us);

-- It ended without a decision.
CREATE TABLE request_end (
  request TEXT PRIMARY KEY REFERENCES request(id),
  why     TEXT NOT NULL CHECK (why IN ('withdrawn', 'lapsed')),
  seq     INTEGER NOT NULL UNIQUE REFERENCES event(seq)
) STRICT, WITHOUT ROWID;

-- One person's word on it, and the groups of the role's approve expression
-- that he was in, one a line: nobody is counted for two of them.
CREATE TABLE decision (
  request TEXT NOT NULL REFERENCES request(id),
  who     TEXT NOT NULL REFERENCES person(id),
  verdict TEXT NOT NULL CHECK (verdict IN ('approve', 'deny')),
  groups  TEXT NOT NULL,
  for_us  INTEGER NOT NULL CHECK (for_us >= 0),     -- 0 when denied
  seq     INTEGER NOT NULL UNIQUE REFERENCES event(seq),
  PRIMARY KEY (request, who),
  CHECK ((verdict = 'deny') = (for_us = 0))
) STRICT, WITHOUT ROWID;

-- One approved window.
CREATE TABLE grants (
  id       TEXT PRIMARY KEY,
  request  TEXT UNIQUE REFERENCES request(id),
  origin   TEXT NOT NULL CHECK (origin IN ('approved', 'policy')),
  who      TEXT NOT NULL REFERENCES person(id),
  host     TEXT NOT NULL,
  account  TEXT NOT NULL,
  role     TEXT NOT NULL,
  from_us  INTEGER NOT NULL,               -- inclusive
  until_us INTEGER NOT NULL,               -- exclusive
  seq      INTEGER NOT NULL UNIQUE REFERENCES event(seq),
  CHECK (from_us < until_us),
  CHECK ((origin = 'approved') = (request IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_lookup ON grants(who, account, until_us);
CREATE INDEX grants_until ON grants(until_us);

-- It is over: its time came, or somebody took it back.
CREATE TABLE grant_end (
  grant_id TEXT PRIMARY KEY REFERENCES grants(id),
  why      TEXT NOT NULL CHECK (why IN ('expired', 'revoked', 'replaced')),
  who      TEXT REFERENCES person(id),
  seq      INTEGER NOT NULL UNIQUE REFERENCES event(seq),
  CHECK (why <> 'revoked' OR who IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- ------------------------------------------------------------- what was done

-- One PAM session: one gate, one person.  A connection needs no grant (the
-- lobby); break-glass ones have no login, and are the exception they look.
CREATE TABLE connection (
  connection TEXT PRIMARY KEY,
  login      TEXT UNIQUE REFERENCES login(login),
  who        TEXT NOT NULL REFERENCES person(id),
  account    TEXT NOT NULL,
  service    TEXT NOT NULL,
  mode       TEXT NOT NULL
             CHECK (mode IN ('enforce', 'permissive', 'breakglass')),
  seq        INTEGER NOT NULL UNIQUE REFERENCES event(seq),
  CHECK ((mode = 'breakglass') = (login IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX connection_by_who ON connection(who, seq);

CREATE TABLE connection_end (
  connection TEXT PRIMARY KEY REFERENCES connection(connection),
  why        TEXT NOT NULL CHECK (why IN ('exit', 'idle', 'grant-expired',
             'grant-revoked', 'killed', 'recorder-failed', 'gate-failed',
             'lost')),
  seq        INTEGER NOT NULL UNIQUE REFERENCES event(seq)
) STRICT, WITHOUT ROWID;

-- One shell or command of a connection: one recording.
CREATE TABLE channel (
  id         TEXT PRIMARY KEY,
  connection TEXT NOT NULL REFERENCES connection(connection),
  grant_id   TEXT REFERENCES grants(id),
  who        TEXT NOT NULL REFERENCES person(id),
  account    TEXT NOT NULL,
  role       TEXT,
  tty        INTEGER NOT NULL CHECK (tty IN (0, 1)),
  seq        INTEGER NOT NULL UNIQUE REFERENCES event(seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX channel_by_connection ON channel(connection);
CREATE INDEX channel_by_grant ON channel(grant_id);
CREATE INDEX channel_by_who ON channel(who, seq);

-- How far its recording has come; one row, updated until the seal.
CREATE TABLE channel_head (
  channel TEXT PRIMARY KEY REFERENCES channel(id),
  length  INTEGER NOT NULL CHECK (length >= 0),
  hash    BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT, WITHOUT ROWID;

-- The recording is closed and named by its digest.  lost: there is no file.
CREATE TABLE channel_end (
  channel   TEXT PRIMARY KEY REFERENCES channel(id),
  state     TEXT NOT NULL CHECK (state IN ('completed', 'interrupted',
            'truncated', 'degraded', 'lost')),
  length    INTEGER NOT NULL CHECK (length >= 0),          -- bytes of the file
  hash      BLOB CHECK (length(hash) = 32),                 -- end of its chain
  sha256    BLOB CHECK (length(sha256) = 32),               -- of the file
  status    INTEGER CHECK (status BETWEEN 0 AND 255),       -- of the shell, or
  signal    INTEGER CHECK (signal BETWEEN 1 AND 64),
  events    INTEGER NOT NULL CHECK (events >= 0),
  bytes_in  INTEGER NOT NULL CHECK (bytes_in >= 0),
  bytes_out INTEGER NOT NULL CHECK (bytes_out >= 0),
  masked    INTEGER NOT NULL CHECK (masked >= 0),           -- values hidden
  exposed   INTEGER NOT NULL CHECK (exposed >= 0),          -- seen, not hidden
  seq       INTEGER NOT NULL UNIQUE REFERENCES event(seq),
  CHECK ((state = 'lost') = (sha256 IS NULL)),
  CHECK (state <> 'completed' OR hash IS NOT NULL),
  CHECK (state <> 'lost' OR length = 0)
) STRICT, WITHOUT ROWID;

-- Somebody has explained an exception (v_exception); what he said is the body
-- of this row's event.
CREATE TABLE review (
  about INTEGER PRIMARY KEY REFERENCES event(seq),
  who   TEXT NOT NULL REFERENCES person(id),
  seq   INTEGER NOT NULL UNIQUE REFERENCES event(seq)
) STRICT;

-- ------------------------------------------------------------- retention

-- Nothing in its scope may go, until it is released.
CREATE TABLE hold (
  id    TEXT PRIMARY KEY,
  scope TEXT NOT NULL CHECK (scope IN ('all', 'channel', 'who', 'range')),
  ref   TEXT,                              -- channel or person
  lo    INTEGER,                           -- seqs, both ends in
  hi    INTEGER,
  who   TEXT NOT NULL REFERENCES person(id),
  seq   INTEGER NOT NULL UNIQUE REFERENCES event(seq),
  CHECK ((scope IN ('channel', 'who')) = (ref IS NOT NULL)),
  CHECK ((scope = 'range') = (lo IS NOT NULL AND hi IS NOT NULL)),
  CHECK (lo <= hi)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold_release (
  hold TEXT PRIMARY KEY REFERENCES hold(id),
  who  TEXT NOT NULL REFERENCES person(id),
  seq  INTEGER NOT NULL UNIQUE REFERENCES event(seq)
) STRICT, WITHOUT ROWID;

-- One run that removed bodies or recordings; its event says which.
CREATE TABLE purge (
  id  TEXT PRIMARY KEY,
  why TEXT NOT NULL CHECK (why IN ('retention', 'erasure')),
  seq INTEGER NOT NULL UNIQUE REFERENCES event(seq)
) STRICT, WITHOUT ROWID;

-- The body of this event is gone, by that run.
CREATE TABLE tombstone (
  seq   INTEGER PRIMARY KEY REFERENCES event(seq),
  purge TEXT NOT NULL REFERENCES purge(id)
) STRICT;

-- The file of this recording is gone, by that run.
CREATE TABLE recording_gone (
  channel TEXT PRIMARY KEY REFERENCES channel_end(channel),
  purge   TEXT NOT NULL REFERENCES purge(id)
) STRICT, WITHOUT ROWID;

-- ------------------------------------------------------------ what is refused

-- 1. The ledger grows by one at its end; within a boot time runs forward.
CREATE TRIGGER event_next BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM event)
BEGIN SELECT RAISE(ABORT, 'event: seq is not the next one'); END;
CREATE TRIGGER event_mono BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event e WHERE e.seq = NEW.seq - 1
  AND e.boot = NEW.boot AND e.mono_us > NEW.mono_us)
BEGIN SELECT RAISE(ABORT, 'event: the monotonic clock ran back'); END;
CREATE TRIGGER signing_key_next BEFORE INSERT ON signing_key
WHEN NEW.epoch IS NOT (SELECT coalesce(max(epoch), -1) + 1 FROM signing_key)
  OR NEW.first_seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM event)
  OR (NEW.epoch > 0 AND NOT EXISTS (SELECT 1 FROM checkpoint
    WHERE size = NEW.first_seq AND epoch = NEW.epoch - 1))
BEGIN SELECT RAISE(ABORT, 'signing_key: does not follow a sealed epoch'); END;
CREATE TRIGGER checkpoint_next BEFORE INSERT ON checkpoint
WHEN NEW.size <= (SELECT coalesce(max(size), 0) FROM checkpoint)
  OR NEW.size IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM event)
  OR NEW.epoch IS NOT (SELECT max(epoch) FROM signing_key)
BEGIN SELECT RAISE(ABORT, 'checkpoint: does not follow'); END;
CREATE TRIGGER head_forward BEFORE UPDATE ON head
WHEN NEW.size <= OLD.size
  OR NEW.size IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM event)
BEGIN SELECT RAISE(ABORT, 'head: the tree does not shrink'); END;

-- 2. A row is made by an event of its own kind.
CREATE TRIGGER person_event BEFORE INSERT ON person
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq AND who = NEW.id
  AND kind IN ('identity.verified', 'login.breakglass'))
BEGIN SELECT RAISE(ABORT, 'person: not by its event'); END;
CREATE TRIGGER login_event BEFORE INSERT ON login
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq AND who = NEW.who
  AND kind = 'identity.verified')
BEGIN SELECT RAISE(ABORT, 'login: not by its event'); END;
CREATE TRIGGER token_use_event BEFORE INSERT ON token_use
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq
  AND kind = 'identity.verified')
BEGIN SELECT RAISE(ABORT, 'token_use: not by its event'); END;
CREATE TRIGGER request_event BEFORE INSERT ON request
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq AND who = NEW.who
  AND kind = 'request.created' AND wall_us < NEW.lapse_us)
BEGIN SELECT RAISE(ABORT, 'request: not by its event'); END;
CREATE TRIGGER request_end_event BEFORE INSERT ON request_end
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq
  AND kind = 'request.' || NEW.why)
BEGIN SELECT RAISE(ABORT, 'request_end: not by its event'); END;
CREATE TRIGGER decision_event BEFORE INSERT ON decision
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq AND who = NEW.who
  AND kind = 'decision.' || NEW.verdict)
BEGIN SELECT RAISE(ABORT, 'decision: not by its event'); END;
CREATE TRIGGER grants_event BEFORE INSERT ON grants
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq AND who = NEW.who
  AND kind = 'grant.issued')
BEGIN SELECT RAISE(ABORT, 'grant: not by its event'); END;
CREATE TRIGGER grant_end_event BEFORE INSERT ON grant_end
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq
  AND kind = 'grant.' || NEW.why)
BEGIN SELECT RAISE(ABORT, 'grant_end: not by its event'); END;
CREATE TRIGGER connection_event BEFORE INSERT ON connection
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq AND who = NEW.who
  AND session = NEW.connection AND kind = CASE NEW.mode
    WHEN 'breakglass' THEN 'login.breakglass' ELSE 'connection.open' END)
BEGIN SELECT RAISE(ABORT, 'connection: not by its event'); END;
CREATE TRIGGER connection_end_event BEFORE INSERT ON connection_end
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq
  AND session = NEW.connection AND kind = 'connection.close')
BEGIN SELECT RAISE(ABORT, 'connection_end: not by its event'); END;
CREATE TRIGGER channel_event BEFORE INSERT ON channel
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq AND who = NEW.who
  AND session = NEW.id AND kind = 'channel.open')
BEGIN SELECT RAISE(ABORT, 'channel: not by its event'); END;
CREATE TRIGGER channel_end_event BEFORE INSERT ON channel_end
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq
  AND session = NEW.channel AND kind = CASE NEW.state
    WHEN 'lost' THEN 'channel.lost' ELSE 'channel.seal' END)
BEGIN SELECT RAISE(ABORT, 'channel_end: not by its event'); END;
CREATE TRIGGER hold_event BEFORE INSERT ON hold
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq AND who = NEW.who
  AND kind = 'hold.placed')
BEGIN SELECT RAISE(ABORT, 'hold: not by its event'); END;
CREATE TRIGGER hold_release_event BEFORE INSERT ON hold_release
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq AND who = NEW.who
  AND kind = 'hold.released')
BEGIN SELECT RAISE(ABORT, 'hold_release: not by its event'); END;
CREATE TRIGGER purge_event BEFORE INSERT ON purge
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq
  AND kind = CASE NEW.why WHEN 'erasure' THEN 'erase.run'
    ELSE 'purge.run' END)
BEGIN SELECT RAISE(ABORT, 'purge: not by its event'); END;

CREATE TRIGGER review_event BEFORE INSERT ON review
WHEN NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq AND who = NEW.who
  AND kind = 'review.signed')
BEGIN SELECT RAISE(ABORT, 'review: not by its event'); END;

-- 3. Four eyes, in time, and never more than was asked.
CREATE TRIGGER request_end_open BEFORE INSERT ON request_end
WHEN EXISTS (SELECT 1 FROM grants WHERE request = NEW.request)
  OR EXISTS (SELECT 1 FROM decision WHERE request = NEW.request
    AND verdict = 'deny')
  OR (NEW.why = 'lapsed' AND (SELECT lapse_us FROM request
    WHERE id = NEW.request) > (SELECT wall_us FROM event WHERE seq = NEW.seq))
BEGIN SELECT RAISE(ABORT, 'request: it is decided, or not over'); END;
CREATE TRIGGER decision_not_self BEFORE INSERT ON decision
WHEN NEW.who = (SELECT who FROM request WHERE id = NEW.request)
BEGIN SELECT RAISE(ABORT, 'decision: nobody decides on an own request'); END;
CREATE TRIGGER decision_in_time BEFORE INSERT ON decision
WHEN (SELECT wall_us FROM event WHERE seq = NEW.seq) >=
  (SELECT lapse_us FROM request WHERE id = NEW.request)
BEGIN SELECT RAISE(ABORT, 'decision: the request has lapsed'); END;
CREATE TRIGGER decision_open BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM request_end WHERE request = NEW.request)
  OR EXISTS (SELECT 1 FROM grants WHERE request = NEW.request)
  OR EXISTS (SELECT 1 FROM decision WHERE request = NEW.request
    AND verdict = 'deny')
BEGIN SELECT RAISE(ABORT, 'decision: the request is decided'); END;
CREATE TRIGGER decision_length BEFORE INSERT ON decision
WHEN NEW.for_us > (SELECT for_us FROM request WHERE id = NEW.request)
BEGIN SELECT RAISE(ABORT, 'decision: longer than was asked'); END;
CREATE TRIGGER review_not_self BEFORE INSERT ON review
WHEN NEW.who = (SELECT who FROM event WHERE seq = NEW.about)
BEGIN SELECT RAISE(ABORT, 'review: nobody explains what is about himself'); END;
CREATE TRIGGER grants_approved BEFORE INSERT ON grants
WHEN NEW.origin = 'approved' AND NOT EXISTS (
  SELECT 1 FROM request r WHERE r.id = NEW.request AND r.who = NEW.who
    AND r.account = NEW.account AND r.host = NEW.host AND r.role = NEW.role
    AND NOT EXISTS (SELECT 1 FROM request_end x WHERE x.request = r.id)
    AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.request = r.id
      AND d.verdict = 'deny')
    AND (SELECT count(*) FROM decision d WHERE d.request = r.id
      AND d.verdict = 'approve') >= r.quorum
    AND NEW.until_us - NEW.from_us <= (SELECT min(d.for_us) FROM decision d
      WHERE d.request = r.id AND d.verdict = 'approve'))
BEGIN
  SELECT RAISE(ABORT, 'grant: not what was asked and approved');
END;
CREATE TRIGGER grants_start BEFORE INSERT ON grants
WHEN NEW.from_us + 10000000 <
  (SELECT wall_us FROM event WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'grant: begins before it was given'); END;
CREATE TRIGGER grant_end_time BEFORE INSERT ON grant_end
WHEN NEW.why = 'expired' AND EXISTS (
  SELECT 1 FROM grants g JOIN event i ON i.seq = g.seq
    JOIN event n ON n.seq = NEW.seq
   WHERE g.id = NEW.grant_id AND n.wall_us < g.until_us
     AND (n.boot <> i.boot OR
       n.mono_us - i.mono_us < g.until_us - i.wall_us))
BEGIN SELECT RAISE(ABORT, 'grant: it is not over yet'); END;

-- 4. A sign-in opens one connection, a grant opens channels, while it holds.
CREATE TRIGGER connection_login BEFORE INSERT ON connection
WHEN NEW.mode <> 'breakglass' AND NOT EXISTS (
  SELECT 1 FROM login l JOIN event e ON e.seq = NEW.seq
   WHERE l.login = NEW.login AND l.who = NEW.who AND l.account = NEW.account
     AND l.service = NEW.service AND e.wall_us < l.until_us)
BEGIN SELECT RAISE(ABORT, 'connection: no such sign-in'); END;
CREATE TRIGGER channel_of BEFORE INSERT ON channel
WHEN NOT EXISTS (SELECT 1 FROM connection c WHERE c.connection = NEW.connection
    AND c.who = NEW.who AND c.account = NEW.account
    AND (NEW.grant_id IS NOT NULL OR c.mode <> 'enforce'))
  OR EXISTS (SELECT 1 FROM connection_end WHERE connection = NEW.connection)
BEGIN SELECT RAISE(ABORT, 'channel: not of an open connection'); END;
CREATE TRIGGER channel_grant BEFORE INSERT ON channel
WHEN NEW.grant_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM grants g JOIN event e ON e.seq = NEW.seq
   WHERE g.id = NEW.grant_id AND g.who = NEW.who AND g.account = NEW.account
     AND g.role IS NEW.role
     AND g.from_us <= e.wall_us AND e.wall_us < g.until_us
     AND NOT EXISTS (SELECT 1 FROM grant_end x WHERE x.grant_id = g.id))
BEGIN SELECT RAISE(ABORT, 'channel: no grant in force'); END;
CREATE TRIGGER channel_head_open BEFORE INSERT ON channel_head
WHEN EXISTS (SELECT 1 FROM channel_end WHERE channel = NEW.channel)
BEGIN SELECT RAISE(ABORT, 'channel_head: the recording is sealed'); END;
CREATE TRIGGER channel_head_forward BEFORE UPDATE ON channel_head
WHEN NEW.channel <> OLD.channel OR NEW.length < OLD.length
  OR EXISTS (SELECT 1 FROM channel_end WHERE channel = NEW.channel)
BEGIN SELECT RAISE(ABORT, 'channel_head: sealed, or runs back'); END;

-- 5. What is held stays; what goes leaves a tombstone and does not return.
CREATE TRIGGER tombstone_hold BEFORE INSERT ON tombstone
WHEN EXISTS (
  SELECT 1 FROM hold h JOIN event e ON e.seq = NEW.seq
   WHERE NOT EXISTS (SELECT 1 FROM hold_release r WHERE r.hold = h.id)
     AND (h.scope = 'all' OR (h.scope = 'channel' AND h.ref = e.session)
       OR (h.scope = 'who' AND h.ref = e.who)
       OR (h.scope = 'range' AND e.seq BETWEEN h.lo AND h.hi)))
BEGIN SELECT RAISE(ABORT, 'tombstone: under legal hold'); END;
CREATE TRIGGER tombstone_older BEFORE INSERT ON tombstone
WHEN NEW.seq >= (SELECT seq FROM purge WHERE id = NEW.purge)
BEGIN SELECT RAISE(ABORT, 'tombstone: younger than its purge'); END;
CREATE TRIGGER recording_gone_hold BEFORE INSERT ON recording_gone
WHEN EXISTS (
  SELECT 1 FROM hold h JOIN channel c ON c.id = NEW.channel
   WHERE NOT EXISTS (SELECT 1 FROM hold_release r WHERE r.hold = h.id)
     AND (h.scope = 'all' OR (h.scope = 'channel' AND h.ref = c.id)
       OR (h.scope = 'who' AND h.ref = c.who)
       OR (h.scope = 'range' AND c.seq BETWEEN h.lo AND h.hi)))
BEGIN SELECT RAISE(ABORT, 'recording_gone: under legal hold'); END;
CREATE TRIGGER event_body_first BEFORE INSERT ON event_body
WHEN EXISTS (SELECT 1 FROM tombstone WHERE seq = NEW.seq)
  OR NEW.seq IS NOT (SELECT max(seq) FROM event)
BEGIN SELECT RAISE(ABORT, 'event_body: it is too late for it'); END;
CREATE TRIGGER event_body_delete BEFORE DELETE ON event_body
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE seq = OLD.seq)
BEGIN SELECT RAISE(ABORT, 'event_body: no tombstone'); END;
CREATE TRIGGER person_erase BEFORE UPDATE ON person
WHEN NOT (NEW.id = OLD.id AND NEW.seq = OLD.seq AND NEW.iss IS NULL
  AND NEW.erased_seq IS NOT NULL
  AND (OLD.erased_seq IS NULL OR NEW.erased_seq = OLD.erased_seq)
  AND (NEW.tag IS NULL OR NEW.tag IS OLD.tag)
  AND EXISTS (SELECT 1 FROM event WHERE seq = NEW.erased_seq
    AND kind = 'erase.run'))
BEGIN SELECT RAISE(ABORT, 'person: only erasure may change it'); END;

-- 6. Nothing else changes or goes away.
CREATE TRIGGER meta_update BEFORE UPDATE ON meta
BEGIN SELECT RAISE(ABORT, 'meta: rows do not change'); END;
CREATE TRIGGER meta_delete BEFORE DELETE ON meta
BEGIN SELECT RAISE(ABORT, 'meta: rows do not go away'); END;
CREATE TRIGGER boot_update BEFORE UPDATE ON boot
BEGIN SELECT RAISE(ABORT, 'boot: rows do not change'); END;
CREATE TRIGGER boot_delete BEFORE DELETE ON boot
BEGIN SELECT RAISE(ABORT, 'boot: rows do not go away'); END;
CREATE TRIGGER event_kind_update BEFORE UPDATE ON event_kind
BEGIN SELECT RAISE(ABORT, 'event_kind: rows do not change'); END;
CREATE TRIGGER event_kind_delete BEFORE DELETE ON event_kind
BEGIN SELECT RAISE(ABORT, 'event_kind: rows do not go away'); END;
CREATE TRIGGER event_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'event: rows do not change'); END;
CREATE TRIGGER event_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'event: rows do not go away'); END;
CREATE TRIGGER signing_key_update BEFORE UPDATE ON signing_key
BEGIN SELECT RAISE(ABORT, 'signing_key: rows do not change'); END;
CREATE TRIGGER signing_key_delete BEFORE DELETE ON signing_key
BEGIN SELECT RAISE(ABORT, 'signing_key: rows do not go away'); END;
CREATE TRIGGER checkpoint_update BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoint: rows do not change'); END;
CREATE TRIGGER checkpoint_delete BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoint: rows do not go away'); END;
CREATE TRIGGER anchor_update BEFORE UPDATE ON anchor
BEGIN SELECT RAISE(ABORT, 'anchor: rows do not change'); END;
CREATE TRIGGER anchor_delete BEFORE DELETE ON anchor
BEGIN SELECT RAISE(ABORT, 'anchor: rows do not go away'); END;
CREATE TRIGGER login_update BEFORE UPDATE ON login
BEGIN SELECT RAISE(ABORT, 'login: rows do not change'); END;
CREATE TRIGGER login_delete BEFORE DELETE ON login
BEGIN SELECT RAISE(ABORT, 'login: rows do not go away'); END;
CREATE TRIGGER token_use_update BEFORE UPDATE ON token_use
BEGIN SELECT RAISE(ABORT, 'token_use: rows do not change'); END;
CREATE TRIGGER token_use_delete BEFORE DELETE ON token_use
BEGIN SELECT RAISE(ABORT, 'token_use: rows do not go away'); END;
CREATE TRIGGER request_update BEFORE UPDATE ON request
BEGIN SELECT RAISE(ABORT, 'request: rows do not change'); END;
CREATE TRIGGER request_delete BEFORE DELETE ON request
BEGIN SELECT RAISE(ABORT, 'request: rows do not go away'); END;
CREATE TRIGGER request_end_update BEFORE UPDATE ON request_end
BEGIN SELECT RAISE(ABORT, 'request_end: rows do not change'); END;
CREATE TRIGGER request_end_delete BEFORE DELETE ON request_end
BEGIN SELECT RAISE(ABORT, 'request_end: rows do not go away'); END;
CREATE TRIGGER decision_update BEFORE UPDATE ON decision
BEGIN SELECT RAISE(ABORT, 'decision: rows do not change'); END;
CREATE TRIGGER decision_delete BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'decision: rows do not go away'); END;
CREATE TRIGGER grants_update BEFORE UPDATE ON grants
BEGIN SELECT RAISE(ABORT, 'grants: rows do not change'); END;
CREATE TRIGGER grants_delete BEFORE DELETE ON grants
BEGIN SELECT RAISE(ABORT, 'grants: rows do not go away'); END;
CREATE TRIGGER grant_end_update BEFORE UPDATE ON grant_end
BEGIN SELECT RAISE(ABORT, 'grant_end: rows do not change'); END;
CREATE TRIGGER grant_end_delete BEFORE DELETE ON grant_end
BEGIN SELECT RAISE(ABORT, 'grant_end: rows do not go away'); END;
CREATE TRIGGER connection_update BEFORE UPDATE ON connection
BEGIN SELECT RAISE(ABORT, 'connection: rows do not change'); END;
CREATE TRIGGER connection_delete BEFORE DELETE ON connection
BEGIN SELECT RAISE(ABORT, 'connection: rows do not go away'); END;
CREATE TRIGGER connection_end_update BEFORE UPDATE ON connection_end
BEGIN SELECT RAISE(ABORT, 'connection_end: rows do not change'); END;
CREATE TRIGGER connection_end_delete BEFORE DELETE ON connection_end
BEGIN SELECT RAISE(ABORT, 'connection_end: rows do not go away'); END;
CREATE TRIGGER channel_update BEFORE UPDATE ON channel
BEGIN SELECT RAISE(ABORT, 'channel: rows do not change'); END;
CREATE TRIGGER channel_delete BEFORE DELETE ON channel
BEGIN SELECT RAISE(ABORT, 'channel: rows do not go away'); END;
CREATE TRIGGER channel_end_update BEFORE UPDATE ON channel_end
BEGIN SELECT RAISE(ABORT, 'channel_end: rows do not change'); END;
CREATE TRIGGER channel_end_delete BEFORE DELETE ON channel_end
BEGIN SELECT RAISE(ABORT, 'channel_end: rows do not go away'); END;
CREATE TRIGGER review_update BEFORE UPDATE ON review
BEGIN SELECT RAISE(ABORT, 'review: rows do not change'); END;
CREATE TRIGGER review_delete BEFORE DELETE ON review
BEGIN SELECT RAISE(ABORT, 'review: rows do not go away'); END;
CREATE TRIGGER hold_update BEFORE UPDATE ON hold
BEGIN SELECT RAISE(ABORT, 'hold: rows do not change'); END;
CREATE TRIGGER hold_delete BEFORE DELETE ON hold
BEGIN SELECT RAISE(ABORT, 'hold: rows do not go away'); END;
CREATE TRIGGER hold_release_update BEFORE UPDATE ON hold_release
BEGIN SELECT RAISE(ABORT, 'hold_release: rows do not change'); END;
CREATE TRIGGER hold_release_delete BEFORE DELETE ON hold_release
BEGIN SELECT RAISE(ABORT, 'hold_release: rows do not go away'); END;
CREATE TRIGGER purge_update BEFORE UPDATE ON purge
BEGIN SELECT RAISE(ABORT, 'purge: rows do not change'); END;
CREATE TRIGGER purge_delete BEFORE DELETE ON purge
BEGIN SELECT RAISE(ABORT, 'purge: rows do not go away'); END;
CREATE TRIGGER tombstone_update BEFORE UPDATE ON tombstone
BEGIN SELECT RAISE(ABORT, 'tombstone: rows do not change'); END;
CREATE TRIGGER tombstone_delete BEFORE DELETE ON tombstone
BEGIN SELECT RAISE(ABORT, 'tombstone: rows do not go away'); END;
CREATE TRIGGER recording_gone_update BEFORE UPDATE ON recording_gone
BEGIN SELECT RAISE(ABORT, 'recording_gone: rows do not change'); END;
CREATE TRIGGER recording_gone_delete BEFORE DELETE ON recording_gone
BEGIN SELECT RAISE(ABORT, 'recording_gone: rows do not go away'); END;
CREATE TRIGGER head_delete BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'head: rows do not go away'); END;
CREATE TRIGGER person_delete BEFORE DELETE ON person
BEGIN SELECT RAISE(ABORT, 'person: rows do not go away'); END;
CREATE TRIGGER channel_head_delete BEFORE DELETE ON channel_head
BEGIN SELECT RAISE(ABORT, 'channel_head: rows do not go away'); END;
CREATE TRIGGER event_body_update BEFORE UPDATE ON event_body
BEGIN SELECT RAISE(ABORT, 'event_body: rows do not change'); END;

-- ------------------------------------------------------ what reports read

-- Every grant with who asked, who approved and how it ended.
CREATE VIEW v_grant AS
SELECT g.id, g.request, g.origin, g.who, g.host, g.account, g.role, g.from_us,
       g.until_us, g.seq, i.wall_us AS issued_us,
       (SELECT e.wall_us FROM request r JOIN event e ON e.seq = r.seq
         WHERE r.id = g.request) AS asked_us,
       (SELECT group_concat(d.who, ' ') FROM decision d
         WHERE d.request = g.request AND d.verdict = 'approve') AS approvers,
       x.why AS ended, n.wall_us AS ended_us, x.who AS ended_by
  FROM grants g JOIN event i ON i.seq = g.seq
  LEFT JOIN grant_end x ON x.grant_id = g.id
  LEFT JOIN event n ON n.seq = x.seq;

-- Every request and what became of it; pending is for the caller to say,
-- who knows the time: ended IS NULL and now < lapse_us.
CREATE VIEW v_request AS
SELECT r.id, r.who, r.host, r.account, r.role, r.rules, r.for_us, r.quorum,
       r.lapse_us, r.extends, r.seq, e.wall_us AS made_us, g.id AS grant_id,
       CASE WHEN g.id IS NOT NULL THEN 'granted'
            WHEN EXISTS (SELECT 1 FROM decision d WHERE d.request = r.id
              AND d.verdict = 'deny') THEN 'denied'
            ELSE x.why END AS ended
  FROM request r JOIN event e ON e.seq = r.seq
  LEFT JOIN grants g ON g.request = r.id
  LEFT JOIN request_end x ON x.request = r.id;

-- Every channel, its connection and how it ended.
CREATE VIEW v_channel AS
SELECT s.id, s.connection, s.grant_id, s.who, s.account, s.role, s.tty, s.seq,
       c.mode, c.service, c.login, c.seq AS connection_seq,
       e.wall_us AS open_us, n.wall_us AS end_us, x.state, x.length, x.hash,
       x.sha256, x.status, x.signal, x.events, x.bytes_in, x.bytes_out,
       x.masked, x.exposed
  FROM channel s JOIN connection c ON c.connection = s.connection
  JOIN event e ON e.seq = s.seq
  LEFT JOIN channel_end x ON x.channel = s.id
  LEFT JOIN event n ON n.seq = x.seq;

-- What every report has to show until somebody has explained it (review).
CREATE VIEW v_exception AS
SELECT e.wall_us, e.kind AS what, e.session, e.who, e.seq
  FROM event_kind k CROSS JOIN event e ON e.kind = k.kind
 WHERE k.exception = 1
UNION ALL
SELECT e.wall_us, 'recording never sealed', s.id, s.who, s.seq
  FROM channel s JOIN connection_end x ON x.connection = s.connection
  JOIN event e ON e.seq = s.seq
 WHERE NOT EXISTS (SELECT 1 FROM channel_end n WHERE n.channel = s.id)
UNION ALL
SELECT e.wall_us, 'recording ' || x.state, x.channel, s.who, x.seq
  FROM channel_end x JOIN channel s ON s.id = x.channel
  JOIN event e ON e.seq = x.seq
 WHERE x.state NOT IN ('completed', 'lost')
UNION ALL
SELECT e.wall_us, 'grant by policy, nobody was asked', NULL, g.who, g.seq
  FROM grants g JOIN event e ON e.seq = g.seq WHERE g.request IS NULL
UNION ALL
SELECT e.wall_us, 'not enforced: ' || c.mode, c.connection, c.who, c.seq
  FROM connection c JOIN event e ON e.seq = c.seq WHERE c.mode = 'permissive';
