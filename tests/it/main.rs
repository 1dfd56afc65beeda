//! A real server over real sockets: what outside clients rely on, and the faults it must survive.

mod client;
mod media_client;
// The tests beside the storage use the rest of it.
#[allow(dead_code)]
mod object_server;
mod people;
mod problem;
mod raw;
mod server;
mod tap;
mod wire;

mod backup;
mod contract;
mod durability;
mod egress;
mod emotion;
mod emotion_live;
mod files;
mod frames;
mod identity;
mod livekit;
mod media;
mod media_hard;
mod media_room;
mod media_weather;
mod meeting;
mod metrics;
mod overload;
mod recording_crash;
mod recording_wav;
mod recordings;
mod relay;
mod rest_matrix;
mod resume;
mod schema_versions;
mod text;
