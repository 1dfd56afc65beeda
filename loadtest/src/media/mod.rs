//! Media: peer connections of an independent stack, many on one loop, and what they measure.

mod cycles;
pub mod driver;
mod impairments;
pub mod meter;
pub mod peer;
mod person;
mod report;
mod run;
pub mod scenario;
pub mod source;
mod stage;
mod studio;
mod timeline;

pub use report::FIGURES;
pub use run::run;
pub use scenario::Media;
