//! Every participant is an open file here; say so before the run rather than fail in the middle.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are not participants' sockets: REST connections, the runtime's own, standard streams.
const OTHERS: u64 = 128;

/// Raises the soft limit as far as needed.
///
/// # Errors
/// A sentence for the user when the hard limit is below what the run needs.
pub fn raise_limit(participants: u64) -> Result<(), String> {
    let needed = participants + OTHERS;
    let limit = getrlimit(Resource::Nofile);
    if enough(limit.current, needed) {
        return Ok(());
    }
    if !enough(limit.maximum, needed) {
        return Err(too_low(needed, limit.maximum.unwrap_or(0)));
    }
    let raised = Rlimit { current: Some(needed), maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).map_err(|error| format!("cannot raise the limit of open files to {needed}: {error}"))
}

fn enough(limit: Option<u64>, needed: u64) -> bool {
    limit.is_none_or(|limit| limit >= needed)
}

fn too_low(needed: u64, hard: u64) -> String {
    format!(
        "this run needs {needed} open files, but the hard limit is {hard}; raise it (ulimit -Hn, or LimitNOFILE) or use fewer rooms"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_run_fits_and_an_absurd_one_is_refused_in_words() {
        assert_eq!(raise_limit(8), Ok(()));
        if getrlimit(Resource::Nofile).maximum.is_some() {
            assert!(raise_limit(u64::MAX / 2).unwrap_err().contains("hard limit"));
        }
    }
}
