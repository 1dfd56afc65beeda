//! A real server over real sockets: what outside clients rely on, and the faults it must survive.

mod client;
mod media_client;
mod people;
mod problem;
mod raw;
mod server;
mod tap;
mod wire;

mod contract;
mod durability;
mod files;
mod frames;
mod identity;
mod media;
mod media_hard;
mod media_room;
mod media_weather;
mod meeting;
mod metrics;
mod overload;
mod relay;
mod rest_matrix;
mod resume;
mod schema_versions;
mod text;
