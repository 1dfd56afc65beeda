//! Keeping to one core, so that the server and the tester don't take each other's time.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// This thread, and all that it starts from now on. `None` changes nothing.
///
/// # Errors
/// A sentence when the machine has no such core.
pub fn keep_to(core: Option<usize>) -> Result<(), String> {
    let Some(core) = core else { return Ok(()) };
    let mut set = CpuSet::new();
    if core >= CpuSet::MAX_CPU {
        return Err(format!("there is no core {core}"));
    }
    set.set(core);
    sched_setaffinity(None, &set).map_err(|error| format!("cannot keep to core {core}: {error}"))
}

/// The cores of this thread, to go back to.
///
/// # Errors
/// When the system does not say.
pub fn current() -> Result<CpuSet, String> {
    sched_getaffinity(None).map_err(|error| format!("cannot ask for the cores: {error}"))
}

/// Those cores again.
///
/// # Errors
/// When the system refuses.
pub fn keep_to_these(cores: &CpuSet) -> Result<(), String> {
    sched_setaffinity(None, cores).map_err(|error| format!("cannot go back to all cores: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_to_its_core_until_it_is_freed() {
        let before = current().unwrap();
        keep_to(Some(0)).unwrap();
        assert_eq!(current().unwrap().count(), 1);
        keep_to_these(&before).unwrap();
        assert_eq!(current().unwrap().count(), before.count());
        assert!(keep_to(Some(1 << 20)).unwrap_err().contains("no core"));
    }
}
