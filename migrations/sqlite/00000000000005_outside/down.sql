DROP TABLE told_events;
DROP TABLE outside_sessions;
DROP TABLE named_rooms;
