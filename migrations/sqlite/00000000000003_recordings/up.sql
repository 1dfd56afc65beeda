-- state: recording, processing, ready, failed, deleting. tier: local, store, archive.
CREATE TABLE recordings (
    id           TEXT    NOT NULL PRIMARY KEY,
    tenant_id    TEXT    NOT NULL REFERENCES tenants (id),
    room_id      TEXT    NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    session_id   TEXT    NOT NULL,
    started_at   BIGINT  NOT NULL,
    ended_at     BIGINT,
    state        TEXT    NOT NULL,
    step         TEXT,
    progress     DOUBLE PRECISION NOT NULL DEFAULT 0,
    duration_ms  BIGINT  NOT NULL DEFAULT 0,
    bytes        BIGINT  NOT NULL DEFAULT 0,
    started_by   TEXT,
    problem      TEXT,
    tier         TEXT    NOT NULL DEFAULT 'local'
);
CREATE INDEX recordings_room ON recordings (room_id, started_at);
CREATE INDEX recordings_state ON recordings (state, ended_at);

-- name is our own; location is the object's key in the tier's store.
CREATE TABLE recording_files (
    id              TEXT    NOT NULL PRIMARY KEY,
    recording_id    TEXT    NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
    kind            TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    mime            TEXT    NOT NULL,
    bytes           BIGINT  NOT NULL,
    duration_ms     BIGINT,
    sha256          TEXT,
    participant_id  TEXT,
    display_name    TEXT,
    source          TEXT,
    tier            TEXT    NOT NULL,
    location        TEXT    NOT NULL,
    created_at      BIGINT  NOT NULL,
    UNIQUE (recording_id, name)
);

-- An upload that is under way: what the store took of it already, so that it goes on there after a fault or a restart.
CREATE TABLE recording_uploads (
    file_id     TEXT    NOT NULL PRIMARY KEY REFERENCES recording_files (id) ON DELETE CASCADE,
    tier        TEXT    NOT NULL,
    location    TEXT    NOT NULL,
    upload_id   TEXT    NOT NULL,
    part_bytes  BIGINT  NOT NULL,
    parts       TEXT    NOT NULL
);
