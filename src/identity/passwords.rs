//! Passwords: argon2id, as many at once as there are cores, so that guessing can't starve the rest of the server.

use std::sync::Arc;
use std::thread::available_parallelism;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::blocking::{Blocking, BlockingError};

/// Characters that a password may have.
pub const LENGTH: std::ops::RangeInclusive<usize> = 8..=256;

/// How many may wait for each one that runs; at some 20 ms each, nobody waits longer than a second or two.
const WAITING_PER_CORE: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("a password has at least {} characters", LENGTH.start())]
    TooShort,
    #[error("a password has at most {} characters", LENGTH.end())]
    TooLong,
    /// Too many at once: answer 429 or 503 with a time to try again.
    #[error("too many passwords are being checked")]
    Busy,
    #[error("the password could not be hashed")]
    Failed,
}

/// Cheap to clone; clones share the bound.
#[derive(Clone)]
pub struct Passwords {
    threads: Blocking,
    argon2: Argon2<'static>,
    /// What the password of nobody is compared with.
    nobody: Arc<str>,
}

impl Passwords {
    /// 19 MiB, two passes, one lane: the least that OWASP advises for argon2id, some 20 ms a core.
    ///
    /// # Errors
    /// [`PasswordError::Failed`] when the machine can't hash.
    pub fn new() -> Result<Self, PasswordError> {
        let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| PasswordError::Failed)?;
        Self::with(params, available_parallelism().map_or(1, usize::from))
    }

    fn with(params: Params, cores: usize) -> Result<Self, PasswordError> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &super::secret::random_token())?.into();
        Ok(Self { threads: Blocking::new(cores, cores * WAITING_PER_CORE), argon2, nobody })
    }

    /// A hash to keep, in PHC form, with its own salt and parameters.
    ///
    /// # Errors
    /// [`PasswordError::TooShort`], [`PasswordError::TooLong`], [`PasswordError::Busy`].
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        check_length(password)?;
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        self.threads.run(move || hash(&argon2, &password)).await?
    }

    /// As [`Passwords::hash`] for the password of a room, which may be as short as one character: it is shared by word of mouth
    /// and its guessing is limited elsewhere.
    ///
    /// # Errors
    /// The same, `TooShort` only for an empty one.
    pub async fn hash_room_password(&self, password: &str) -> Result<String, PasswordError> {
        match password.chars().count() {
            0 => return Err(PasswordError::TooShort),
            length if length > *LENGTH.end() => return Err(PasswordError::TooLong),
            _ => {}
        }
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        self.threads.run(move || hash(&argon2, &password)).await?
    }

    /// Is it the password of `kept`? Where there is nobody (`None`) the answer is no, after the same work: its time tells nothing.
    ///
    /// # Errors
    /// [`PasswordError::Busy`].
    pub async fn verify(&self, password: &str, kept: Option<&str>) -> Result<bool, PasswordError> {
        let fits = password.chars().count() <= *LENGTH.end();
        let known = kept.is_some() && fits;
        let password = if fits { password.to_owned() } else { String::new() };
        let (argon2, kept) = (self.argon2.clone(), kept.unwrap_or(&self.nobody).to_owned());
        let same = self.threads.run(move || verify(&argon2, &password, &kept)).await?;
        Ok(same && known)
    }
}

impl From<BlockingError> for PasswordError {
    fn from(error: BlockingError) -> Self {
        match error {
            BlockingError::Busy => Self::Busy,
            BlockingError::Panicked => Self::Failed,
        }
    }
}

/// # Errors
/// [`PasswordError::TooShort`], [`PasswordError::TooLong`].
pub fn check_length(password: &str) -> Result<(), PasswordError> {
    match password.chars().count() {
        length if length < *LENGTH.start() => Err(PasswordError::TooShort),
        length if length > *LENGTH.end() => Err(PasswordError::TooLong),
        _ => Ok(()),
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String, PasswordError> {
    let hash = argon2.hash_password(password.as_bytes()).map_err(|_| PasswordError::Failed)?;
    Ok(hash.to_string())
}

fn verify(argon2: &Argon2<'_>, password: &str, kept: &str) -> bool {
    PasswordHash::new(kept).is_ok_and(|kept| argon2.verify_password(password.as_bytes(), &kept).is_ok())
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    fn quick() -> Passwords {
        let params = Params::new(64, 1, 1, None).expect("small parameters");
        Passwords::with(params, 1).expect("hashing works")
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let passwords = quick();
        let kept = passwords.hash("correct horse").await.expect("long enough");
        assert!(kept.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        assert_eq!(passwords.verify("correct horse", Some(&kept)).await, Ok(true));
        assert_eq!(passwords.verify("correct horsE", Some(&kept)).await, Ok(false));
        assert_eq!(passwords.verify("correct horse", Some("not a hash")).await, Ok(false));
        assert_ne!(kept, passwords.hash("correct horse").await.expect("long enough"), "every hash has its own salt");
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = quick();
        assert_eq!(passwords.verify("", None).await, Ok(false));
        assert_eq!(passwords.verify("anything at all", None).await, Ok(false));
    }

    #[tokio::test]
    async fn length_is_counted_in_characters() {
        let passwords = quick();
        assert_eq!(passwords.hash("7 chars").await, Err(PasswordError::TooShort));
        assert!(passwords.hash(&"ü".repeat(8)).await.is_ok());
        assert!(passwords.hash(&"ü".repeat(256)).await.is_ok());
        assert_eq!(passwords.hash(&"a".repeat(257)).await, Err(PasswordError::TooLong));
        assert!(passwords.hash_room_password("1").await.is_ok());
        assert_eq!(passwords.hash_room_password("").await, Err(PasswordError::TooShort));
        let empty = passwords.threads.run({
            let argon2 = passwords.argon2.clone();
            move || hash(&argon2, "")
        });
        let empty = empty.await.expect("not busy").expect("hashable");
        assert_eq!(passwords.verify(&"a".repeat(257), Some(&empty)).await, Ok(false), "too long is never right");
    }

    #[tokio::test]
    async fn a_flood_is_refused_and_not_queued() {
        let passwords = quick();
        let asked = 1 + WAITING_PER_CORE + 100;
        let answers = join_all((0..asked).map(|_| passwords.verify("a guess!", None))).await;
        let busy = answers.iter().filter(|answer| **answer == Err(PasswordError::Busy)).count();
        assert_eq!(busy, 100);
        assert_eq!(passwords.verify("a guess!", None).await, Ok(false), "and it goes on afterwards");
    }
}
