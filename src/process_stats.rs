//! Resource statistics of a process: memory, open files, threads.

/// Peak resident memory of a process in bytes; `None` if the platform does not report it.
pub(crate) fn peak_resident_memory(pid: u32) -> Option<u64> {
    status(pid, "VmHWM:").map(|kibibytes| kibibytes << 10)
}

/// Current resident memory of a process in bytes; `None` if the platform does not report it.
pub(crate) fn resident_memory(pid: u32) -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
        let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
        Some(pages * rustix::param::page_size() as u64)
    }
    #[cfg(all(unix, not(target_os = "linux")))]
    {
        let output = std::process::Command::new("ps").args(["-o", "rss=", "-p", &pid.to_string()]).output().ok()?;
        let kib: u64 = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
        Some(kib * 1024)
    }
    #[cfg(not(unix))]
    {
        let _ = pid;
        None
    }
}

/// Number of open files of a process; `None` if the platform does not report it.
pub(crate) fn open_files(pid: u32) -> Option<u64> {
    Some(std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as u64)
}

/// Number of threads of a process; `None` if the platform does not report it.
pub(crate) fn threads(pid: u32) -> Option<u64> {
    status(pid, "Threads:")
}

/// The number in a field of a process's status; `None` if the platform does not report it.
fn status(pid: u32, field: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix(field))?;
    value.trim_end_matches("kB").trim().parse().ok()
}
