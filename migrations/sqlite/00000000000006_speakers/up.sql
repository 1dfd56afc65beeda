-- The name of somebody whose voice another server sent: they are none of the session's participants.
ALTER TABLE emotion_points ADD COLUMN speaker TEXT;
