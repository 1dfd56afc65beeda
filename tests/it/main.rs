//! A real server over real sockets: what outside clients rely on, and the faults it must survive.

mod client;
mod server;

mod meeting;
