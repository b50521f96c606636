//! Formatting of numbers with units.
use std::time::Duration;

/// Formats a duration with a unit and three digits: `6.02 us`.
pub fn time(duration: Duration) -> String {
    nanoseconds(duration.as_nanos() as f64, 3)
}

/// Formats nanoseconds with a unit and `digits` significant digits, or more if the integer part is longer: `0.31 ns`.
pub fn nanoseconds(nanoseconds: f64, digits: usize) -> String {
    scaled(nanoseconds, digits, &[("ns", 1e3), ("us", 1e3), ("ms", 1e3), ("s", f64::INFINITY)])
}

/// Formats bytes with a binary unit and three digits: `2.41 KiB`.
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        _ => scaled(bytes as f64, 3, &[("B", 1024.0), ("KiB", 1024.0), ("MiB", 1024.0), ("GiB", f64::INFINITY)]),
    }
}

/// Formats a number with thousands separators: `12,345`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// Formats bytes with a decimal unit and two digits, as for ticks: `2.5 kB`.
pub fn decimal_bytes(bytes: f64) -> String {
    scaled(bytes, if bytes < 1e3 { 3 } else { 2 }, &[("B", 1e3), ("kB", 1e3), ("MB", 1e3), ("GB", f64::INFINITY)])
}

/// Scales to the largest unit that keeps the number at 1 or more. Each unit comes with its factor to the next unit.
fn scaled(mut number: f64, digits: usize, units: &[(&str, f64)]) -> String {
    for (unit, next) in units {
        let integer_digits = 1 + number.abs().max(1.0).log10() as usize;
        let text = format!("{number:.*}", digits.saturating_sub(integer_digits));
        // A number that rounds up to the next unit is displayed in that unit.
        if text.parse::<f64>().is_ok_and(|rounded| rounded.abs() < *next) {
            return format!("{text} {unit}");
        }
        number /= next;
    }
    format!("{number} {}", units[units.len() - 1].0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_have_three_digits_and_the_fitting_unit() {
        let format = |nanoseconds| time(Duration::from_nanos(nanoseconds));
        assert_eq!(format(84), "84.0 ns");
        assert_eq!(format(999), "999 ns");
        assert_eq!(format(6_017), "6.02 us");
        assert_eq!(format(15_040_000), "15.0 ms");
        assert_eq!(format(999_600), "1.00 ms");
        assert_eq!(format(123_456_000_000), "123 s");
        assert_eq!(bytes(2468), "2.41 KiB");
        assert_eq!(bytes(512), "512 B");
        assert_eq!([7, 999, 1000, 1_234_567].map(count), ["7", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn numbers_have_the_requested_digits_and_a_complete_integer_part() {
        assert_eq!(nanoseconds(6_017.0, 2), "6.0 us");
        assert_eq!(nanoseconds(0.314, 2), "0.3 ns");
        assert_eq!(nanoseconds(-2_500.0, 2), "-2.5 us");
        assert_eq!(nanoseconds(987_654.0, 2), "988 us");
    }

    proptest! {
        #[test]
        fn a_formatted_time_differs_from_the_measured_time_by_less_than_0_6_percent(picoseconds in 1_000u64..1_000_000_000_000_000) {
            let measured = picoseconds as f64 / 1e3;
            let text = nanoseconds(measured, 3);
            let (number, unit) = text.split_once(' ').unwrap();
            let scale = match unit { "ns" => 1.0, "us" => 1e3, "ms" => 1e6, _ => 1e9 };
            let parsed = number.parse::<f64>().unwrap() * scale;
            prop_assert!((parsed / measured - 1.0).abs() < 0.006, "{measured} as {text}");
        }
    }
}
