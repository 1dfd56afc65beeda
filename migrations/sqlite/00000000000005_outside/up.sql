-- Rooms that are known by a name as well as by their code: a name belongs to a scope, so that nobody reaches another's room by guessing it.
CREATE TABLE named_rooms (
    tenant_id  TEXT    NOT NULL REFERENCES tenants (id),
    scope      TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    room_id    TEXT    NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, scope, name)
);
CREATE INDEX named_rooms_room ON named_rooms (room_id);
CREATE INDEX named_rooms_name ON named_rooms (tenant_id, name);

-- Sessions that run on another server: there is no journal of them, and no room is opened for them here.
CREATE TABLE outside_sessions (
    session_id  TEXT    NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    room_id     TEXT    NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    -- The other server's own id of it; none where only its media came.
    foreign_id  TEXT
);
CREATE INDEX outside_sessions_room ON outside_sessions (room_id);
CREATE INDEX outside_sessions_foreign ON outside_sessions (foreign_id);

-- What other servers told already, so that telling it again changes nothing.
CREATE TABLE told_events (
    id  TEXT    NOT NULL PRIMARY KEY,
    at  BIGINT  NOT NULL
);
CREATE INDEX told_events_age ON told_events (at);
