-- What we remember. Times are unix seconds, UTC. Values: a rating 1..100, 100 for mere presence, NULL for absence.
-- Shelves: 1 history (plays), 2 watched (the flag), 3 ratings, 4 watchlist, 5 collection, 6 favourites, 7 reviews, 8 tags,
-- 9 which lists there are; 1000 and the number of a list: that list.

CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB) STRICT, WITHOUT ROWID;

CREATE TABLE profile (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE circle (id INTEGER PRIMARY KEY, profile INTEGER NOT NULL REFERENCES profile) STRICT;
CREATE TABLE account (
  id INTEGER PRIMARY KEY, profile INTEGER NOT NULL REFERENCES profile, name TEXT NOT NULL, service TEXT NOT NULL,
  person TEXT, person_name TEXT, epoch TEXT, circle INTEGER REFERENCES circle,
  state TEXT NOT NULL DEFAULT 'ready', state_text TEXT, wait_until REAL NOT NULL DEFAULT 0, noticed INTEGER,
  UNIQUE (profile, name)) STRICT;
CREATE TABLE secret (
  account INTEGER NOT NULL REFERENCES account, name TEXT NOT NULL, value BLOB NOT NULL, taken BLOB,
  PRIMARY KEY (account, name)) STRICT, WITHOUT ROWID;
-- whom a circle hears; met: it has been introduced
CREATE TABLE hears (
  circle INTEGER NOT NULL REFERENCES circle, account INTEGER NOT NULL REFERENCES account, shelf INTEGER NOT NULL,
  met INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (circle, account, shelf)) STRICT, WITHOUT ROWID;

-- ordering: how season and number count ('' as first shown); aired: days since 1970, where no id was told
-- AUTOINCREMENT: people are shown these numbers, and no other thing may have one later
CREATE TABLE media (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, parent INTEGER REFERENCES media, season INTEGER, number INTEGER,
  title TEXT NOT NULL DEFAULT '', year INTEGER, runtime INTEGER, ids_version INTEGER NOT NULL DEFAULT 0, frozen TEXT,
  ordering TEXT NOT NULL DEFAULT '', aired INTEGER) STRICT;
CREATE INDEX media_parent ON media (parent, season, number) WHERE parent IS NOT NULL;
CREATE INDEX media_whole ON media (kind, title) WHERE kind <= 2;
CREATE INDEX media_homeless ON media (id) WHERE kind = 4 AND parent IS NULL;
CREATE INDEX media_apart ON media (parent) WHERE kind = 4 AND (ordering <> '' OR season = 0);
-- seasons of shows in which not all accounts number alike: a place there is no key
CREATE TABLE renumbered (
  show INTEGER NOT NULL REFERENCES media, season INTEGER NOT NULL, PRIMARY KEY (show, season)) STRICT, WITHOUT ROWID;
-- standing: 0 good, 1 former, 2 ambiguous, 3 disputed; source: the account that said so first; below 0 a metadata source,
-- or a person
CREATE TABLE ids (
  media INTEGER NOT NULL REFERENCES media, space TEXT NOT NULL, value TEXT NOT NULL, kind INTEGER NOT NULL,
  standing INTEGER NOT NULL DEFAULT 0, source INTEGER, PRIMARY KEY (media, space, value)) STRICT, WITHOUT ROWID;
CREATE INDEX ids_value ON ids (value, space, kind, standing);
-- native: the service's own name of the media; print: a checksum of what it said about it; library: the run in which it
-- came into the account's library, 0 if it is not in it; placed: it goes by its place alone; named: it told an id that others know
CREATE TABLE handle (
  account INTEGER NOT NULL REFERENCES account, native TEXT NOT NULL, media INTEGER NOT NULL REFERENCES media,
  print INTEGER NOT NULL, library INTEGER NOT NULL DEFAULT 0, placed INTEGER NOT NULL DEFAULT 0, named INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (account, native)) STRICT, WITHOUT ROWID;
CREATE INDEX handle_media ON handle (media, account, library);
CREATE INDEX handle_library ON handle (account, library) WHERE library > 0;
CREATE INDEX handle_placed ON handle (media) WHERE placed = 1;
-- every title by which an account calls a film or a show
CREATE TABLE called (
  account INTEGER NOT NULL REFERENCES account, native TEXT NOT NULL, title TEXT NOT NULL,
  PRIMARY KEY (account, native, title)) STRICT, WITHOUT ROWID;
-- a name of the account stood for the one before, and that has another name there now; until it was read whole
CREATE TABLE renamed (
  account INTEGER NOT NULL REFERENCES account, media INTEGER NOT NULL REFERENCES media, before INTEGER NOT NULL,
  PRIMARY KEY (account, media, before)) STRICT, WITHOUT ROWID;
-- a name of the account has come to stand for this: what it shows of it may be older than our last look; until it was read whole
CREATE TABLE anew (
  account INTEGER NOT NULL REFERENCES account, media INTEGER NOT NULL REFERENCES media,
  PRIMARY KEY (account, media)) STRICT, WITHOUT ROWID;
-- what a name stood for before, by the number that a person was shown
CREATE TABLE former (
  number INTEGER NOT NULL, account INTEGER NOT NULL REFERENCES account, native TEXT NOT NULL,
  PRIMARY KEY (number, account, native)) STRICT, WITHOUT ROWID;
CREATE TRIGGER handle_moved AFTER UPDATE OF media ON handle WHEN NEW.media <> OLD.media BEGIN
  INSERT OR IGNORE INTO former VALUES (OLD.media, OLD.account, OLD.native);
END;
-- what was asked of something that an account names without any id, and what it may be; taken: the ids that were believed;
-- sure: who says what it is by its title alone, and the ids, where the settings do not let a title decide;
-- said: of a person's word, that it is one with what it contradicts (same), another thing (apart), or meant otherwise (other)
CREATE TABLE lookup (
  account INTEGER NOT NULL REFERENCES account, native TEXT NOT NULL, title TEXT NOT NULL, year INTEGER, asked INTEGER NOT NULL,
  tries INTEGER NOT NULL, next_try INTEGER NOT NULL, source TEXT NOT NULL, proposals TEXT NOT NULL, taken TEXT,
  said TEXT NOT NULL DEFAULT '', sure TEXT,
  PRIMARY KEY (account, native)) STRICT, WITHOUT ROWID;
-- two names that a person has said are two things, each pair both ways round
CREATE TABLE apart (
  account INTEGER NOT NULL REFERENCES account, native TEXT NOT NULL, other INTEGER NOT NULL REFERENCES account, theirs TEXT NOT NULL,
  PRIMARY KEY (account, native, other, theirs)) STRICT, WITHOUT ROWID;
-- what a source answered to a plan, or to a person, and how long it is good; it is not asked again meanwhile
CREATE TABLE answer (
  source TEXT NOT NULL, question TEXT NOT NULL, told BLOB NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (source, question)) STRICT, WITHOUT ROWID;
CREATE INDEX answer_until ON answer (until);

CREATE TABLE held (
  account INTEGER NOT NULL REFERENCES account, shelf INTEGER NOT NULL, media INTEGER NOT NULL REFERENCES media,
  seen ANY, at INTEGER, agreed ANY, version INTEGER NOT NULL DEFAULT -1, due INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account, shelf, media)) STRICT, WITHOUT ROWID;
CREATE INDEX held_due ON held (account, shelf) WHERE due = 1;
CREATE TABLE truth (
  circle INTEGER NOT NULL REFERENCES circle, shelf INTEGER NOT NULL, media INTEGER NOT NULL REFERENCES media,
  value ANY, lo INTEGER NOT NULL, hi INTEGER NOT NULL, origin INTEGER, version INTEGER NOT NULL, frozen TEXT,
  PRIMARY KEY (circle, shelf, media)) STRICT, WITHOUT ROWID;

-- entry: one line of an account's own history; clock: 0 moment, 1 day, 2 mark, 3 unknown; fresh: the run that first saw it
CREATE TABLE entry (
  account INTEGER NOT NULL REFERENCES account, key TEXT NOT NULL, media INTEGER NOT NULL REFERENCES media,
  at INTEGER, clock INTEGER NOT NULL, fresh INTEGER NOT NULL, PRIMARY KEY (account, key)) STRICT, WITHOUT ROWID;
CREATE INDEX entry_media ON entry (media, account);
-- AUTOINCREMENT: the journal names plays of circles that are no more, and no other play may have their numbers
CREATE TABLE play (
  id INTEGER PRIMARY KEY AUTOINCREMENT, circle INTEGER NOT NULL REFERENCES circle, media INTEGER NOT NULL REFERENCES media,
  at INTEGER, lo INTEGER NOT NULL, hi INTEGER NOT NULL, known INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX play_media ON play (media, circle);
-- state: 0 due, 1 here, 2 leave, 3 gone
CREATE TABLE sighting (
  play INTEGER NOT NULL REFERENCES play, account INTEGER NOT NULL REFERENCES account, circle INTEGER NOT NULL,
  key TEXT, state INTEGER NOT NULL, ours INTEGER NOT NULL DEFAULT 0, sent INTEGER, settled INTEGER,
  PRIMARY KEY (play, account)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sighting_key ON sighting (circle, account, key) WHERE key IS NOT NULL;
CREATE INDEX sighting_due ON sighting (account) WHERE state IN (0, 2);
CREATE INDEX sighting_blind ON sighting (account) WHERE key IS NULL AND state = 1;
CREATE TABLE aside (
  circle INTEGER NOT NULL REFERENCES circle, account INTEGER NOT NULL, key TEXT NOT NULL, media INTEGER NOT NULL,
  why TEXT NOT NULL, write INTEGER, PRIMARY KEY (circle, account, key)) STRICT, WITHOUT ROWID;
CREATE INDEX aside_media ON aside (circle, media);
-- what a play that we wrote was known by; it outlives the circle that told it
CREATE TABLE written (
  account INTEGER NOT NULL REFERENCES account, media INTEGER NOT NULL REFERENCES media, sent INTEGER,
  at INTEGER, lo INTEGER NOT NULL, hi INTEGER NOT NULL, known INTEGER NOT NULL,
  UNIQUE (account, media, sent)) STRICT;
-- other's entries of plays that a person removed from the account; it outlives the circle that knew them. key: of the entry,
-- or at:MEDIA:TIME of one that we wrote and nobody had read yet
CREATE TABLE lost (
  account INTEGER NOT NULL REFERENCES account, other INTEGER NOT NULL REFERENCES account, key TEXT NOT NULL,
  PRIMARY KEY (account, other, key)) STRICT, WITHOUT ROWID;
-- media of which a circle knows a play that waits for a better clock
CREATE TABLE unripe (circle INTEGER NOT NULL, media INTEGER NOT NULL, PRIMARY KEY (circle, media)) STRICT, WITHOUT ROWID;
CREATE TABLE reset (
  circle INTEGER NOT NULL REFERENCES circle, media INTEGER NOT NULL REFERENCES media, at INTEGER NOT NULL,
  upto INTEGER NOT NULL, PRIMARY KEY (circle, media)) STRICT, WITHOUT ROWID;

-- own: the stamp, or the cursor, as our own last write left it; what happened just before it nobody has read yet
CREATE TABLE cursor (
  account INTEGER NOT NULL REFERENCES account, shelf INTEGER NOT NULL, value TEXT, stamp TEXT, looked INTEGER,
  complete INTEGER, doubted INTEGER NOT NULL DEFAULT 0, own TEXT, PRIMARY KEY (account, shelf)) STRICT, WITHOUT ROWID;
-- another key of an entry, in readings that name it otherwise
CREATE TABLE alias (
  account INTEGER NOT NULL REFERENCES account, key TEXT NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (account, key)) STRICT, WITHOUT ROWID;
CREATE INDEX alias_entry ON alias (account, entry);
-- what a service remembers of an account, to save requests
CREATE TABLE memo (
  account INTEGER NOT NULL REFERENCES account, name TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (account, name)) STRICT, WITHOUT ROWID;
-- AUTOINCREMENT: a list is a shelf, and no other one may have its number later
CREATE TABLE list (
  id INTEGER PRIMARY KEY AUTOINCREMENT, profile INTEGER NOT NULL REFERENCES profile, title TEXT NOT NULL) STRICT;
-- a list as an account has it. own: the service's own name of it; state: 0 in step, 1 gone from there, 2 apart
CREATE TABLE listed (
  account INTEGER NOT NULL REFERENCES account, list INTEGER NOT NULL REFERENCES list, own TEXT NOT NULL, title TEXT NOT NULL,
  stamp TEXT NOT NULL DEFAULT '', state INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (account, list)) STRICT, WITHOUT ROWID;
-- the order of lists: as an account shows it, as it is true, and as we asked an account for it
CREATE TABLE placed (
  account INTEGER NOT NULL REFERENCES account, shelf INTEGER NOT NULL, media INTEGER NOT NULL REFERENCES media,
  place INTEGER NOT NULL, PRIMARY KEY (account, shelf, media)) STRICT, WITHOUT ROWID;
CREATE TABLE sequence (
  circle INTEGER NOT NULL REFERENCES circle, shelf INTEGER NOT NULL, media INTEGER NOT NULL REFERENCES media,
  place INTEGER NOT NULL, origin INTEGER, version INTEGER NOT NULL, PRIMARY KEY (circle, shelf, media)) STRICT, WITHOUT ROWID;
CREATE TABLE asked (
  account INTEGER NOT NULL REFERENCES account, shelf INTEGER NOT NULL, media INTEGER NOT NULL REFERENCES media,
  place INTEGER NOT NULL, PRIMARY KEY (account, shelf, media)) STRICT, WITHOUT ROWID;
-- sent: when, until a reading decides what became of it; answered: it was said to be done; tries: how often that was said in
-- vain, for the order that is true since this version
CREATE TABLE ordered (
  account INTEGER NOT NULL REFERENCES account, shelf INTEGER NOT NULL, sent INTEGER, tries INTEGER NOT NULL,
  version INTEGER NOT NULL, answered INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (account, shelf)) STRICT, WITHOUT ROWID;
CREATE TABLE run (
  id INTEGER PRIMARY KEY, profile INTEGER NOT NULL REFERENCES profile, began INTEGER NOT NULL, ended INTEGER,
  why TEXT NOT NULL DEFAULT 'sync', status TEXT, requests TEXT, problems TEXT, undone INTEGER) STRICT;
CREATE TABLE edit (
  run INTEGER NOT NULL, circle INTEGER NOT NULL, shelf INTEGER NOT NULL, media INTEGER NOT NULL, account INTEGER,
  before ANY, after ANY, lo INTEGER, hi INTEGER, won INTEGER NOT NULL) STRICT;
CREATE INDEX edit_media ON edit (media, run);
-- state: sent, done, refused, failed, unclear, missing, dropped; file: of the outbox, in which a person is to carry it
CREATE TABLE journal (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, account INTEGER NOT NULL REFERENCES account, shelf INTEGER NOT NULL,
  verb TEXT NOT NULL, media INTEGER NOT NULL, play INTEGER, key TEXT, before ANY, value ANY, at INTEGER,
  version INTEGER NOT NULL, origin INTEGER, state TEXT NOT NULL, sent INTEGER NOT NULL, settled INTEGER,
  approved INTEGER NOT NULL DEFAULT 0, why TEXT NOT NULL DEFAULT '', error TEXT, file TEXT) STRICT;
CREATE INDEX journal_open ON journal (account, shelf, media) WHERE state IN ('sent', 'unclear');
CREATE INDEX journal_day ON journal (account, shelf, sent);
CREATE INDEX journal_run ON journal (run);
CREATE INDEX journal_media ON journal (media);
CREATE INDEX journal_file ON journal (file) WHERE file IS NOT NULL;
CREATE TABLE hold (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, account INTEGER NOT NULL REFERENCES account, shelf INTEGER NOT NULL,
  verb TEXT NOT NULL, name TEXT NOT NULL, why TEXT NOT NULL, changes TEXT NOT NULL, of INTEGER NOT NULL DEFAULT 0,
  digest TEXT NOT NULL, made INTEGER NOT NULL, answer TEXT, answered INTEGER) STRICT;
CREATE TABLE refusal (
  account INTEGER NOT NULL REFERENCES account, shelf INTEGER NOT NULL, media INTEGER NOT NULL REFERENCES media,
  why TEXT NOT NULL, tries INTEGER NOT NULL, next_try INTEGER NOT NULL, ids_version INTEGER NOT NULL,
  PRIMARY KEY (account, shelf, media)) STRICT, WITHOUT ROWID;
CREATE TABLE rounding (
  account INTEGER NOT NULL REFERENCES account, shelf INTEGER NOT NULL, sent ANY NOT NULL, shown ANY NOT NULL,
  PRIMARY KEY (account, shelf, sent)) STRICT, WITHOUT ROWID;
