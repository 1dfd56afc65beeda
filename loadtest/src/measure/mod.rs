//! What is measured, and with what.

pub mod clock;
pub mod core;
pub mod files;
pub mod latency;
pub mod machine;
pub mod metrics;
pub mod process;
pub mod timeline;
