DROP INDEX audit_log_age;
DROP TABLE room_known;
