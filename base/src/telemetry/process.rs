//! What each process tells of itself by the names that Prometheus' own libraries use, read from `/proc` when it is asked.
//! In Prometheus' text: seconds of processor time are a counter with fractions, which the recorder does not have.

use std::fmt::Write;
use std::fs::{read_dir, read_to_string};

/// Ticks a second of the times in `/proc/self/stat`: Linux's USER_HZ, which programs on x86-64 and arm64 see as 100.
const TICKS: u64 = 100;

/// The process's metrics, those that the system does not hide. `started`: milliseconds since 1970.
pub(super) fn page(started: i64) -> String {
    let status = read_to_string("/proc/self/status").unwrap_or_default();
    let resident = number_after(&status, "VmRSS:").map(|kilobytes| (kilobytes * 1024).to_string());
    let limits = read_to_string("/proc/self/limits").unwrap_or_default();
    let most = number_after(&limits, "Max open files").map(|most| most.to_string());
    // Reading the folder opens one itself.
    let open = read_dir("/proc/self/fd").ok().map(|fds| fds.count().saturating_sub(1).to_string());
    let ticks = read_to_string("/proc/self/stat").ok().and_then(|stat| processor_ticks(&stat));
    let cpu = ticks.map(|ticks| format!("{}.{:02}", ticks / TICKS, ticks % TICKS));
    let started = Some(format!("{}.{:03}", started / 1000, started % 1000));
    let mut page = String::new();
    for (name, kind, help, value) in [
        ("process_cpu_seconds_total", "counter", "Processor time of this process, in seconds.", cpu),
        ("process_max_fds", "gauge", "File descriptors that this process may open.", most),
        ("process_open_fds", "gauge", "Open file descriptors.", open),
        ("process_resident_memory_bytes", "gauge", "Memory of this process that is not swapped out.", resident),
        ("process_start_time_seconds", "gauge", "When this process began to serve, in Unix seconds.", started),
    ] {
        if let Some(value) = value {
            // Writing to a String cannot fail.
            let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
        }
    }
    page
}

/// The first number behind these words.
fn number_after(text: &str, words: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(words))?;
    line.split_whitespace().next()?.parse().ok()
}

/// User and system time. The second field is the program's name, which may contain anything.
fn processor_ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_tells_of_itself() {
        let page = page(1_795_000_000_123);
        let value = |name: &str| -> f64 {
            page.lines().find_map(|line| line.strip_prefix(&format!("{name} "))).unwrap().parse().unwrap()
        };
        assert!(value("process_resident_memory_bytes") > 1e6 && value("process_open_fds") >= 3.0, "{page}");
        assert!(value("process_max_fds") >= value("process_open_fds"), "{page}");
        assert!(value("process_cpu_seconds_total") >= 0.0, "{page}");
        assert!((value("process_start_time_seconds") - 1_795_000_000.123).abs() < 1e-6, "{page}");
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 250 31 0 0 20 0 1 0 5 1 1";
        assert_eq!(processor_ticks(stat), Some(281));
    }
}
