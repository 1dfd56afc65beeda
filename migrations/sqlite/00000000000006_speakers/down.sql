ALTER TABLE emotion_points DROP COLUMN speaker;
