-- Whom hosts admitted to a room: known in its sessions to come.
CREATE TABLE room_known (
    room_id     TEXT    NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    identity    TEXT    NOT NULL,
    at          BIGINT  NOT NULL,
    PRIMARY KEY (room_id, identity)
);
CREATE INDEX room_known_newest ON room_known (room_id, at);
CREATE INDEX room_known_person ON room_known (identity);
CREATE INDEX audit_log_age ON audit_log (at);
