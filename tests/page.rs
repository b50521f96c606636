//! The page in a real browser: it loads without an error or a request, shows the numbers of the report, and does what it
//! is asked to. Skipped where there is no Chromium; with CI set on Linux that is a failure.
use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use early_exit::analysis::break_even::Workload;
use early_exit::analysis::estimates;
use early_exit::catalog::benchmark::CellId;
use early_exit::output::html;
use early_exit::results::{CellRecord, Document, Launch, Report, ReportSet};
use serde_json::Value;

use crate::report::{fixture, report};
use crate::stdout;

/// What notes errors and requests that are not allowed; it stands before everything else on the page.
const WATCH: &str = "<script>
    var wrong = [];
    addEventListener('error', (event) => wrong.push(String(event.message || event.target.outerHTML)), true);
    addEventListener('securitypolicyviolation', (event) => wrong.push(`request of ${event.blockedURI}`));
</script>";

fn chromium() -> Option<&'static str> {
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ];
    let found = names
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()));
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none() || cfg!(not(target_os = "linux")),
            "no Chromium: scripts/install-chromium"
        );
        eprintln!("skipped: there is no Chromium here; scripts/install-chromium brings it");
    }
    found
}

/// Loads a page that is followed by a script, and gives what the script leaves in `outcome`, with what went wrong.
fn played(page: &str, script: &str, size: &str) -> Option<(Value, Vec<String>)> {
    let chromium = chromium()?;
    let folder = tempfile::tempdir().unwrap();
    let after = format!(
        "<pre id=outcome></pre><script>
            let outcome; try {{ {script} }} catch (error) {{ wrong.push(String(error)); }}
            addEventListener('load', () => {{
                const requests = performance.getEntriesByType('resource').map((entry) => `request of ${{entry.name}}`);
                document.getElementById('outcome').textContent = JSON.stringify([outcome, wrong.concat(requests)]);
            }});
        </script></body>"
    );
    let page = page.replacen("<head>", &format!("<head>{WATCH}"), 1).replacen("</body>", &after, 1);
    let file = folder.path().join("page.html");
    std::fs::write(&file, page).unwrap();
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    let output = assert_cmd::Command::new(chromium)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-dev-shm-usage",
        ])
        .args([&format!("--window-size={size}"), &profile, "--dump-dom", &format!("file://{}", file.display())])
        .timeout(Duration::from_secs(120))
        .output()
        .expect("a browser that starts ends within two minutes");
    let dom = String::from_utf8(output.stdout).unwrap();
    let text = dom.split("<pre id=\"outcome\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    let text = text.unwrap_or_else(|| panic!("no outcome: {}", String::from_utf8_lossy(&output.stderr)));
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
}

fn page() -> String {
    stdout(&["report", &fixture("report.json"), &fixture("check.json"), "--format", "html"])
}

#[test]
fn it_loads_without_an_error_or_a_request_on_any_screen() {
    for size in ["1280,900", "360,800"] {
        let script =
            "outcome = [document.documentElement.scrollWidth, innerWidth, document.querySelectorAll('h2').length];";
        let Some((outcome, wrong)) = played(&page(), script, size) else { return };
        assert_eq!(wrong, [""; 0]);
        let outcome: Vec<u64> = serde_json::from_value(outcome).unwrap();
        assert!(outcome[0] <= outcome[1], "{size}: wider than the window, {outcome:?}");
        assert!(outcome[2] >= 6);
    }
}

/// The test above would notice.
#[test]
fn a_request_or_an_error_is_noticed() {
    for (spoilt, noticed) in [
        ("<img src='http://192.0.2.1/x.png'>", "request of http://192.0.2.1"),
        ("<script>nowhere();</script>", "nowhere is not defined"),
    ] {
        let page = page().replacen("<h1>", &format!("{spoilt}<h1>"), 1);
        let Some((_, wrong)) = played(&page, "", "1280,900") else { return };
        assert!(wrong.iter().any(|wrong| wrong.contains(noticed)), "{wrong:?}");
    }
}

#[test]
fn the_charts_show_the_numbers_of_the_report() {
    let script = "outcome = [...document.querySelectorAll('figure .mark[data-y]')].map((mark) => {
        const { subject, name, y, low, high } = mark.dataset;
        return [mark.closest('svg').querySelector('title').textContent, subject, name, +y, +low, +high];
    });";
    let Some((outcome, wrong)) = played(&page(), script, "1280,900") else { return };
    assert_eq!(wrong, [""; 0]);
    /// Chart, subject and address; the time and its interval.
    type Mark = (String, String, String, f64, Option<f64>, Option<f64>);
    let marks: Vec<Mark> = serde_json::from_value(outcome).unwrap();
    let report = report();
    let mut charts: BTreeMap<&str, usize> = BTreeMap::new();
    for (chart, subject, name, y, low, high) in &marks {
        *charts.entry(chart).or_default() += 1;
        let place = report.subjects.iter().position(|known| known.label == *subject).unwrap();
        let rows = estimates::rows(&report);
        let cell = &rows.iter().find(|row| row.address.to_string() == *name).unwrap().cells[place];
        if chart == "Size of the artifact" {
            assert!(cell.record.facts.iter().any(|(name, value)| name == "artifact bytes" && value == y));
        } else {
            let shown = [Some(*y), *low, *high];
            let known = cell.known().map(|(_, range)| range);
            let known = [cell.nanoseconds(), known.map(|range| range.low), known.map(|range| range.high)];
            // On the way through JSON a number may have become its neighbour.
            let near = |(a, b): (&Option<f64>, &Option<f64>)| {
                a.is_some() == b.is_some() && a.zip(*b).is_none_or(|(a, b)| (a / b - 1.0).abs() < 1e-12)
            };
            assert!(shown.iter().zip(&known).all(near), "{chart}: {subject} {name}: {shown:?} for {known:?}");
        }
    }
    // Three backends each: two sizes, four depths of the host, five of the guest.
    let expected = [
        ("An exit, by guest frames", 15),
        ("An exit, by host frames", 12),
        ("Compiling", 6),
        ("Size of the artifact", 6),
    ];
    assert!(expected.iter().all(|(chart, marks)| charts.get(chart) == Some(marks)), "{charts:?}");
}

#[test]
fn tables_sort_by_any_column_both_ways() {
    let script = "
        const table = [...document.querySelectorAll('table.sortable')].find((table) => table.textContent.includes('guest-depth'));
        table.closest('details').open = true;
        const values = (column) => [...table.tBodies[0].rows].map((row) => parseFloat(row.cells[column].dataset.v));
        const header = table.tHead.rows[0].cells[3];
        const before = values(3);
        table.querySelector('button.raw').click();
        header.querySelector('button').click();
        const up = [header.ariaSort, values(3)];
        header.querySelector('button').click();
        const down = [header.ariaSort, values(3)];
        table.tHead.rows[0].cells[0].querySelector('button').click();
        outcome = { before, up, down, again: values(3) };";
    let Some((outcome, wrong)) = played(&page(), script, "1280,900") else { return };
    assert_eq!(wrong, [""; 0]);
    let values = |value: &Value| -> Vec<Option<f64>> { serde_json::from_value(value.clone()).unwrap() };
    let before = values(&outcome["before"]);
    let mut sorted: Vec<f64> = before.iter().copied().flatten().collect();
    assert!(sorted.len() > 8 && sorted.len() < before.len(), "there are cells with and without a time: {before:?}");
    sorted.sort_by(f64::total_cmp);
    let (up, down) = (values(&outcome["up"][1]), values(&outcome["down"][1]));
    let known = |values: &[Option<f64>]| values.iter().map_while(|value| *value).collect::<Vec<_>>();
    assert_eq!(known(&up), sorted, "what has no time stands last");
    sorted.reverse();
    assert_eq!(known(&down), sorted);
    assert_eq!([up.len(), down.len()], [before.len(); 2]);
    assert_eq!((&outcome["up"][0], &outcome["down"][0]), (&"ascending".into(), &"descending".into()));
    assert_eq!(values(&outcome["again"]), before, "by name it is as it was");
}

#[test]
fn samples_are_drawn_when_they_are_asked_for() {
    let script = "
        const row = document.querySelector('tr[data-address=\"unwind/typed\"]');
        const button = row.querySelector('button.raw');
        button.click();
        const circles = row.nextElementSibling.querySelectorAll('circle').length;
        const open = button.ariaExpanded;
        button.click();
        const none = document.querySelector('tr[data-address=\"unwind/interrupt\"] button.raw');
        none.click();
        outcome = [circles, open, button.ariaExpanded, none.closest('tr').nextElementSibling.textContent];";
    let Some((outcome, wrong)) = played(&page(), script, "1280,900") else { return };
    assert_eq!(wrong, [""; 0]);
    let rounds = |report: &Report| {
        let cells = report.cells.iter().filter(|cell| cell.address.to_string() == "unwind/typed");
        cells.flat_map(|cell| &cell.launches).map(|launch| launch.nanoseconds.len()).sum::<usize>()
    };
    assert_eq!(outcome[0], rounds(&report()));
    assert_eq!((&outcome[1], &outcome[2]), (&"true".into(), &"false".into()));
    assert!(outcome[3].as_str().unwrap().contains("host-interrupt"), "{outcome}");
}

#[test]
fn names_never_become_markup() {
    let mut report = report();
    let evil = "</script><script>wrong.push('it ran')</script><img src=x onerror=\"wrong.push('it ran')\">";
    report.machine.cpu = evil.into();
    report.subjects[1].label = format!("cranelift {evil}");
    report.subjects[1].licence = evil.into();
    report.run.notes = vec![evil.into()];
    let Document::Checked(mut checked) = Document::read(fixture("check.json").as_ref()).unwrap() else {
        panic!("a check")
    };
    checked.played[0].scenario = evil.into();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evil.json");
    let gathered = ReportSet { reports: vec![report], checked: vec![checked], ..ReportSet::default() };
    std::fs::write(&file, serde_json::to_string(&gathered).unwrap()).unwrap();
    let page = stdout(&["report", file.to_str().unwrap(), "--format", "html"]);
    let script = "document.querySelectorAll('button.raw').forEach((button) => button.click());
        outcome = document.querySelectorAll('img').length;";
    let Some((outcome, wrong)) = played(&page, script, "1280,900") else { return };
    assert_eq!((outcome, wrong), (0.into(), vec![]));
}

/// Every cell that there is, the largest sizes too, with ten launches of twelve rounds: twice what a default run takes.
#[test]
fn with_full_data_it_is_under_two_megabytes() {
    let mut report = report();
    let addresses = early_exit::catalog::benchmark::all().flat_map(|benchmark| benchmark.addresses(true));
    let model = report.cells[..report.subjects.len()].to_vec();
    let cell = |n: usize, address: &CellId, cell: &CellRecord| {
        let time =
            |launch: u32, round: u32| 1234.5678 * (1 + n) as f64 * (1.0 + 0.013 * f64::from(launch * 7 % 5 + round));
        let launch = |launch| Launch {
            nanoseconds: (0..12).map(|round| time(launch, round)).collect(),
            ..Launch::empty(launch, 10, 1)
        };
        CellRecord { address: address.clone(), launches: (1..=10).map(launch).collect(), ..cell.clone() }
    };
    report.cells = addresses
        .enumerate()
        .flat_map(|(n, address)| model.iter().map(|of| cell(n, &address, of)).collect::<Vec<_>>())
        .collect();
    let gathered = ReportSet { reports: vec![report], ..ReportSet::default() };
    let page = html::page(&gathered, &Workload::default());
    assert!(page.len() > 500_000 && page.len() < 2_000_000, "{} bytes", page.len());
}
