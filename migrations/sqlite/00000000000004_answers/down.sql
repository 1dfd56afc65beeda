DROP TABLE emotion_points;
ALTER TABLE consents DROP COLUMN session_id;
