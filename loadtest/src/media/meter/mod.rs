//! What receivers make of what comes in.

pub mod hearing;
pub mod serials;
pub mod view;
