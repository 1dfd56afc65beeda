//! The tester against a small server in this process that speaks the protocol over real sockets, rightly or with one fault.

mod baseline;
mod fake;
mod media;
mod runs;
mod switch;
