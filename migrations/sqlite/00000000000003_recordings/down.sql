DROP TABLE recording_uploads;
DROP TABLE recording_files;
DROP TABLE recordings;
