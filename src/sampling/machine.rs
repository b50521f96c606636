//! The description of this machine.
use std::fs;
use std::process::Command;

use crate::results::Machine;

/// Describes this machine, as far as the platform reports it.
pub fn machine() -> Machine {
    Machine {
        cpu: value("/proc/cpuinfo", "model name")
            .or_else(|| output_of("sysctl", &["-n", "machdep.cpu.brand_string"]))
            .unwrap_or_else(|| std::env::consts::ARCH.into()),
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        memory: value("/proc/meminfo", "MemTotal")
            .and_then(|kibibytes| Some(kibibytes.strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)),
        os: value("/etc/os-release", "PRETTY_NAME=")
            .or_else(|| Some(format!("macOS {}", output_of("sw_vers", &["-productVersion"])?)))
            .unwrap_or_else(|| std::env::consts::OS.into()),
        kernel: output_of("uname", &["-sr"]).unwrap_or_else(|| "unknown".into()),
        governor: read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
    }
}

/// The number of runnable processes, averaged over the last minute; `None` if the platform does not report it.
pub fn load() -> Option<f64> {
    read("/proc/loadavg")?.split(' ').next()?.parse().ok()
}

/// The value in the first line that begins with a key and its separator.
fn value(path: &str, key: &str) -> Option<String> {
    let text = read(path)?;
    let value = text.lines().find_map(|line| line.strip_prefix(key))?;
    Some(value.trim_start_matches([' ', '\t', ':']).trim().trim_matches('"').to_owned())
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

fn output_of(command: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(command).args(arguments).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
