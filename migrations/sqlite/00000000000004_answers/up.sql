-- An answer given in a session holds in that session; one without holds wherever its person goes.
ALTER TABLE consents ADD COLUMN session_id TEXT;

-- What clips of people's voices sounded like, over a session's time.
CREATE TABLE emotion_points (
    session_id      TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    participant_id  TEXT    NOT NULL,
    at              BIGINT  NOT NULL,
    arousal         DOUBLE  NOT NULL,
    label           TEXT,
    confidence      DOUBLE  NOT NULL,
    unusual         BOOLEAN NOT NULL,
    PRIMARY KEY (session_id, participant_id, at)
);
