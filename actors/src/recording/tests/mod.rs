//! Stories of whole tracks in pure time: what is sent, how it travels, when the ring is read, and what the file and the ledger say of it.

mod sound;
