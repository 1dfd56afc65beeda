//! Who somebody is, and what nobody else gets by pretending (I1 to I9).

mod forged;
mod keys;
mod limits;
mod matrix;
mod moderated;
mod secrets;
mod waiting;
