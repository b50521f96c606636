//! Numbers as people read them.
use std::time::Duration;

/// A time with a unit and three digits: `6.02 us`.
pub fn time(duration: Duration) -> String {
    let nanoseconds = duration.as_nanos() as f64;
    scaled(nanoseconds, &[("ns", 1e3), ("us", 1e3), ("ms", 1e3), ("s", f64::INFINITY)])
}

/// A number of bytes with a unit and three digits: `2.41 KiB`.
pub fn bytes(bytes: u64) -> String {
    scaled(bytes as f64, &[("B", 1024.0), ("KiB", 1024.0), ("MiB", 1024.0), ("GiB", f64::INFINITY)])
}

/// In the largest unit of which there is at least one; each unit is followed by how many make the next.
fn scaled(mut number: f64, units: &[(&str, f64)]) -> String {
    for (unit, next) in units {
        // What would be rounded up to the next unit is shown in it.
        if number < next - 0.5 {
            let digits = if number.fract() == 0.0 && *unit == units[0].0 || number >= 99.95 {
                0
            } else if number >= 9.995 {
                1
            } else {
                2
            };
            return format!("{number:.digits$} {unit}");
        }
        number /= next;
    }
    unreachable!("the last unit has no next")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_and_the_unit_that_fits() {
        let shown = |nanoseconds| time(Duration::from_nanos(nanoseconds));
        assert_eq!(shown(0), "0 ns");
        assert_eq!(shown(84), "84 ns");
        assert_eq!(shown(999), "999 ns");
        assert_eq!(shown(6_017), "6.02 us");
        assert_eq!(shown(15_040_000), "15.0 ms");
        assert_eq!(shown(999_600), "1.00 ms");
        assert_eq!(shown(123_456_000_000), "123 s");
        assert_eq!(bytes(2468), "2.41 KiB");
        assert_eq!(bytes(512), "512 B");
    }
}
