DROP TABLE room_known;
