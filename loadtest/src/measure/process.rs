//! What the kernel says of a process: CPU time, resident memory, who listens on a port. Linux `/proc`.

use std::fs;

/// `USER_HZ`, fixed at 100 for everything Linux shows to user space.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// User and system time of all its threads, seconds.
    pub cpu_seconds: f64,
    /// Resident memory, kilobytes of 1,024 bytes.
    pub rss_kb: u64,
}

pub fn usage(pid: u32) -> Option<Usage> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    Some(Usage { cpu_seconds: cpu_seconds(&stat)?, rss_kb: field_kb(&status, "VmRSS:")? })
}

/// The most memory it ever had, kilobytes.
pub fn peak_rss_kb(pid: u32) -> Option<u64> {
    field_kb(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?, "VmHWM:")
}

/// Fields 14 and 15 of proc(5) stat; the name in field 2 may hold spaces and brackets, so count from its end.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let after_name = &stat[stat.rfind(')')? + 2..];
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND)
}

fn field_kb(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with(name))?;
    line[name.len()..].trim().trim_end_matches("kB").trim().parse().ok()
}

/// The process of this machine that listens on a TCP port, when we may see it.
pub fn listener(port: u16) -> Option<u32> {
    let inodes = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .filter_map(|table| listening_inode(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect::<Vec<_>>();
    let processes = fs::read_dir("/proc").ok()?.flatten();
    processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).find(|pid| holds_one_of(*pid, &inodes))
}

fn listening_inode(table: &str, port: u16) -> Option<String> {
    const LISTEN: &str = "0A";
    let suffix = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let listens = fields.get(1)?.ends_with(&suffix) && *fields.get(3)? == LISTEN;
        listens.then(|| fields.get(9).map(|inode| inode.to_string()))?
    })
}

fn holds_one_of(pid: u32, links: &[String]) -> bool {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    descriptors
        .flatten()
        .filter_map(|descriptor| fs::read_link(descriptor.path()).ok())
        .any(|target| links.iter().any(|link| target.as_os_str() == link.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_survives_a_name_with_brackets() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 4 0 100 1 1";
        assert_eq!(cpu_seconds(stat), Some(2.0));
    }

    #[test]
    fn memory_is_read_in_kilobytes() {
        assert_eq!(field_kb("Name:\tx\nVmRSS:\t   12345 kB\n", "VmRSS:"), Some(12345));
        assert_eq!(field_kb("Name:\tx\n", "VmRSS:"), None);
    }

    #[test]
    fn this_process_has_a_usage_and_is_found_by_its_port() {
        let listening = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listening.local_addr().unwrap().port();
        assert!(usage(std::process::id()).unwrap().rss_kb > 0);
        assert_eq!(listener(port), Some(std::process::id()));
    }
}
