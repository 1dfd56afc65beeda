-- Ids are UUIDs as text, times are milliseconds since 1970 UTC, JSON is text.

CREATE TABLE tenants (
    id          TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL
);

CREATE TABLE users (
    id             TEXT    NOT NULL PRIMARY KEY,
    tenant_id      TEXT    NOT NULL REFERENCES tenants (id),
    email          TEXT    NOT NULL,
    display_name   TEXT    NOT NULL,
    password_hash  TEXT    NOT NULL,
    created_at     BIGINT  NOT NULL,
    deleted_at     BIGINT,
    UNIQUE (tenant_id, email)
);

-- A token points at the one that it replaced, so that reuse can be told from two tabs racing.
CREATE TABLE refresh_tokens (
    id          TEXT    NOT NULL PRIMARY KEY,
    family_id   TEXT    NOT NULL,
    parent_id   TEXT,
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash  TEXT    NOT NULL UNIQUE,
    issued_at   BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    used_at     BIGINT,
    revoked_at  BIGINT
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_parent ON refresh_tokens (parent_id);
CREATE INDEX refresh_tokens_user ON refresh_tokens (user_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

CREATE TABLE api_keys (
    id            TEXT    NOT NULL PRIMARY KEY,
    tenant_id     TEXT    NOT NULL REFERENCES tenants (id),
    user_id       TEXT    REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT    NOT NULL,
    prefix        TEXT    NOT NULL UNIQUE,
    key_hash      TEXT    NOT NULL,
    scopes        TEXT    NOT NULL,
    created_at    BIGINT  NOT NULL,
    last_used_at  BIGINT,
    revoked_at    BIGINT
);
CREATE INDEX api_keys_user ON api_keys (user_id);

-- host is an identity: user:<id>, guest:<id> or key:<api key>:<their own id>.
CREATE TABLE rooms (
    id             TEXT    NOT NULL PRIMARY KEY,
    tenant_id      TEXT    NOT NULL REFERENCES tenants (id),
    code           TEXT    NOT NULL UNIQUE,
    name           TEXT    NOT NULL,
    host           TEXT    NOT NULL,
    template       TEXT    NOT NULL,
    settings       TEXT    NOT NULL,
    password_hash  TEXT,
    starts_at      BIGINT,
    expires_at     BIGINT,
    created_at     BIGINT  NOT NULL,
    deleted_at     BIGINT
);
CREATE INDEX rooms_host ON rooms (host, created_at);
CREATE INDEX rooms_tenant ON rooms (tenant_id, created_at);
CREATE INDEX rooms_expiry ON rooms (expires_at);

CREATE TABLE sessions (
    id          TEXT     NOT NULL PRIMARY KEY,
    room_id     TEXT     NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    started_at  BIGINT   NOT NULL,
    ended_at    BIGINT,
    end_reason  TEXT,
    peak        INTEGER  NOT NULL DEFAULT 0,
    summary     TEXT
);
CREATE INDEX sessions_room ON sessions (room_id, started_at);
CREATE INDEX sessions_open ON sessions (ended_at);

CREATE TABLE room_journal (
    session_id  TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq         BIGINT  NOT NULL,
    at_ms       BIGINT  NOT NULL,
    input       TEXT    NOT NULL,
    PRIMARY KEY (session_id, seq)
);

CREATE TABLE room_snapshots (
    session_id  TEXT    NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    seq         BIGINT  NOT NULL,
    state       TEXT    NOT NULL
);

-- Outlives rooms and people on purpose: no foreign keys but the tenant's.
CREATE TABLE audit_log (
    id          TEXT    NOT NULL PRIMARY KEY,
    tenant_id   TEXT    NOT NULL REFERENCES tenants (id),
    at          BIGINT  NOT NULL,
    actor       TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    room_id     TEXT,
    session_id  TEXT,
    detail      TEXT    NOT NULL
);
CREATE INDEX audit_log_tenant ON audit_log (tenant_id, at);
CREATE INDEX audit_log_room ON audit_log (room_id, at);

-- Only ever added to: the newest row of a purpose is what holds, the older ones prove what held before.
CREATE TABLE consents (
    id            TEXT     NOT NULL PRIMARY KEY,
    user_id       TEXT     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose       TEXT     NOT NULL,
    granted       BOOLEAN  NOT NULL,
    text_version  TEXT     NOT NULL,
    at            BIGINT   NOT NULL
);
CREATE INDEX consents_user ON consents (user_id, purpose, at);

CREATE TABLE files (
    id          TEXT    NOT NULL PRIMARY KEY,
    room_id     TEXT    NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    session_id  TEXT    NOT NULL,
    uploader    TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    size        BIGINT  NOT NULL,
    mime        TEXT    NOT NULL,
    path        TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL
);
CREATE INDEX files_room ON files (room_id, created_at);
CREATE INDEX files_session ON files (session_id);

CREATE TABLE quality_points (
    session_id      TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    participant_id  TEXT    NOT NULL,
    at              BIGINT  NOT NULL,
    score           DOUBLE PRECISION NOT NULL,
    rtt_ms          DOUBLE PRECISION NOT NULL,
    loss            DOUBLE PRECISION NOT NULL,
    jitter_ms       DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (session_id, participant_id, at)
);

-- status and body are empty while the first request is still at work.
CREATE TABLE idempotency_keys (
    tenant_id     TEXT     NOT NULL,
    actor         TEXT     NOT NULL,
    key           TEXT     NOT NULL,
    request_hash  TEXT     NOT NULL,
    status        INTEGER,
    body          TEXT,
    created_at    BIGINT   NOT NULL,
    PRIMARY KEY (tenant_id, actor, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- Everything belongs to a tenant; this one is there from the start.
INSERT INTO tenants (id, name, created_at) VALUES ('00000000-0000-0000-0000-000000000001', 'default', 0);
