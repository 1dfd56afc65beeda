use diesel::result::{DatabaseErrorKind, Error as Diesel};

/// Why the store did not do what was asked. No variant carries a value of a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("there is no such row")]
    NotFound,
    /// A unique value is taken: a room code, an email address, a journal entry written twice.
    #[error("a row with that value exists already")]
    Conflict,
    /// A row names another one that does not exist.
    #[error("the row refers to something that does not exist")]
    Dangling,
    /// The bounded queue is full. Try again a little later.
    #[error("the store has more work queued than it accepts")]
    Busy,
    #[error(
        "the database was written by a newer version of Greenroom (it has migration {found}, this version knows up to {known}): \
         start that version, or restore a backup made before the upgrade"
    )]
    NewerSchema { found: String, known: String },
    /// Stored text could not be understood, or a value breaks a rule of its table.
    #[error("a value cannot be kept or read: {0}")]
    Corrupt(String),
    /// Disk full, file gone, database locked for too long.
    #[error("the database cannot be used: {0}")]
    Unavailable(String),
}

impl From<Diesel> for StoreError {
    fn from(error: Diesel) -> Self {
        match error {
            Diesel::NotFound => Self::NotFound,
            Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Conflict,
            Diesel::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => Self::Dangling,
            Diesel::DeserializationError(why) => Self::Corrupt(why.to_string()),
            // The caller's own doing: the database is fine.
            error @ (Diesel::QueryBuilderError(_) | Diesel::SerializationError(_)) => Self::Corrupt(error.to_string()),
            error @ Diesel::DatabaseError(DatabaseErrorKind::NotNullViolation | DatabaseErrorKind::CheckViolation, _) => {
                Self::Corrupt(error.to_string())
            }
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        // Only the kind and the place: the text of the error could quote the value.
        Self::Corrupt(format!("JSON, {:?} at column {}", error.classify(), error.column()))
    }
}
