//! What a process holds: memory, open files, threads.

/// The most resident memory that a process ever held, in bytes, where the platform tells.
pub(crate) fn peak_resident_memory(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"))?;
    Some(kibibytes.trim().parse::<u64>().ok()? << 10)
}

/// Resident memory of a process in bytes, where the platform tells cheaply.
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

/// How many files a process has open, where the platform tells.
pub(crate) fn open_files(pid: u32) -> Option<u64> {
    Some(std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as u64)
}

/// How many threads a process has, where the platform tells.
pub(crate) fn threads(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("Threads:")?.trim().parse().ok())
}
