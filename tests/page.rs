//! Tests of the HTML page in a real browser: errors, requests, layout, numbers and scripts. Skipped without Chromium, except
//! on Linux with CI set, where a missing Chromium is a failure.
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::Duration;

use early_exit::analysis::break_even::Workload;
use early_exit::analysis::estimates;
use early_exit::catalog::benchmark::CellId;
use early_exit::output::html;
use early_exit::results::{CellRecord, Document, Launch, Report, ReportSet, ScenarioResult};
use serde_json::Value;

use crate::report::{fixture, report};
use crate::stdout;

/// Records errors and forbidden requests. It is inserted before everything else on the page.
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

/// Loads a page with a script at its end. Returns the script's `outcome`, and the recorded errors. The page is in a frame,
/// because a window of Chromium is at least 500 pixels wide.
fn played(page: &str, script: &str, (width, height): (u32, u32)) -> Option<(Value, Vec<String>)> {
    let chromium = chromium()?;
    let folder = tempfile::tempdir().unwrap();
    let after = format!(
        "<script>
            let outcome; try {{ {script} }} catch (error) {{ wrong.push(String(error)); }}
            addEventListener('load', () => {{
                const requests = performance.getEntriesByType('resource').map((entry) => `request of ${{entry.name}}`);
                parent.postMessage(JSON.stringify([outcome, wrong.concat(requests)]), '*');
            }});
        </script></body>"
    );
    let page = page.replacen("<head>", &format!("<head>{WATCH}"), 1).replacen("</body>", &after, 1);
    std::fs::write(folder.path().join("page.html"), page).unwrap();
    let file = folder.path().join("frame.html");
    let frame = format!(
        "<pre id=outcome></pre><script>
            addEventListener('message', (event) => {{ document.getElementById('outcome').textContent = event.data; }});
        </script><iframe src=page.html width={width} height={height} frameborder=0></iframe>"
    );
    std::fs::write(&file, frame).unwrap();
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    let output = assert_cmd::Command::new(chromium)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-dev-shm-usage",
        ])
        // Messages from the frame arrive before the DOM is dumped.
        .args(["--virtual-time-budget=10000", "--window-size=1600,1200"])
        .args([&profile, "--dump-dom", &format!("file://{}", file.display())])
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
    for size in [(1280, 900), (360, 800)] {
        let script =
            "outcome = [document.documentElement.scrollWidth, innerWidth, document.querySelectorAll('h2').length];";
        let Some((outcome, wrong)) = played(&page(), script, size) else { return };
        assert_eq!(wrong, [""; 0]);
        let outcome: Vec<u64> = serde_json::from_value(outcome).unwrap();
        assert!(outcome[0] <= outcome[1], "{size:?}: wider than the window, {outcome:?}");
        assert!(outcome[2] >= 6);
    }
}

/// A page of six backends. Its times are invented, with measured proportions, because the test is about the layout.
fn page_of_six() -> String {
    let report = Report::read(fixture("six-backends.json").as_ref()).unwrap();
    let Document::Check(mut check_result) = Document::read(fixture("check.json").as_ref()).unwrap() else {
        panic!("a check")
    };
    let of_the_first: Vec<_> = check_result.results.iter().filter(|played| played.variant == 0).cloned().collect();
    check_result.variants = report.variants.iter().filter(|variant| variant.control_of.is_none()).cloned().collect();
    check_result.results = (0..check_result.variants.len())
        .flat_map(|variant| of_the_first.iter().map(move |played| ScenarioResult { variant, ..played.clone() }))
        .collect();
    html::page(
        &ReportSet { reports: vec![report], checks: vec![check_result], ..ReportSet::default() },
        &Workload::default(),
    )
}

/// Records each text outside its card, cell or chart, and each pair of overlapping texts.
const LAYOUT: &str = "
    const problems = [];
    const box = (node) => {
        const range = document.createRange();
        range.selectNodeContents(node);
        return range.getBoundingClientRect();
    };
    const inside = (node, inner, outer) => {
        const by = Math.max(outer.left - inner.left, inner.right - outer.right);
        if (by > 1) problems.push(`${node.textContent} leaves its place by ${by.toFixed(1)}`);
    };
    document.querySelectorAll('details').forEach((details) => { details.open = true; });
    for (const card of document.querySelectorAll('.card')) {
        const place = card.getBoundingClientRect();
        for (const text of card.querySelectorAll('h3, .verdict, .ahead, .who, .time, .way, code')) inside(text, box(text), place);
        for (const bar of card.querySelectorAll('.bar')) {
            const [who, track, time] = bar.children;
            const [left, right] = [box(who).right, box(time).left];
            const { width } = track.getBoundingClientRect();
            if (left > right || width < 16) problems.push(`${who.textContent} leaves ${width} for its bar`);
        }
    }
    const seen = [...document.querySelectorAll('th, td, .theme.head > span')].filter((cell) => !cell.closest('.unseen'));
    for (const cell of seen.filter((cell) => cell.textContent.trim())) inside(cell, box(cell), cell.getBoundingClientRect());
    for (const chart of document.querySelectorAll('svg.chart')) {
        const place = chart.getBoundingClientRect();
        const texts = [...chart.querySelectorAll('text')].filter((text) => text.textContent);
        const boxes = texts.map((text) => text.getBoundingClientRect());
        texts.forEach((text, n) => {
            inside(text, boxes[n], place);
            if (boxes[n].top < place.top - 2 || boxes[n].bottom > place.bottom + 2) problems.push(`${text.textContent} is cut`);
            for (let m = 0; m < n; m += 1) {
                const [a, b] = [boxes[n], boxes[m]];
                const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                if (x > 1 && y > 2) problems.push(`${text.textContent} lies on ${texts[m].textContent}`);
            }
        });
    }
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth) problems.push(`the page is ${scrollWidth} wide`);
    outcome = [innerWidth, document.querySelectorAll('.card').length, document.querySelectorAll('svg.chart').length, problems];";

#[test]
fn six_backends_fit_at_every_width() {
    for width in [1400, 800, 400] {
        let Some((outcome, wrong)) = played(&page_of_six(), LAYOUT, (width, 900)) else { return };
        assert_eq!(wrong, [""; 0]);
        assert_eq!(outcome[3], serde_json::json!([]), "at {width}");
        assert_eq!(outcome[0], width);
        assert!(outcome[1].as_u64() >= Some(6) && outcome[2].as_u64() >= Some(8), "{outcome}");
    }
}

/// Tests that the test above can fail.
#[test]
fn a_text_that_leaves_its_place_is_noticed() {
    let spoilt = "<style>.card .who { white-space: nowrap; margin-left: 40rem } .chart text { font-size: 30px !important }</style></head>";
    let page = page_of_six().replacen("</head>", spoilt, 1);
    let Some((outcome, _)) = played(&page, LAYOUT, (800, 900)) else { return };
    let problems: Vec<String> = serde_json::from_value(outcome[3].clone()).unwrap();
    for noticed in ["wasmtime-cranelift leaves its place", "wasmi lies on", "the page is"] {
        assert!(problems.iter().any(|problem| problem.contains(noticed)), "{noticed}: {problems:?}");
    }
}

#[test]
fn the_page_names_each_engine_licence_and_part() {
    let page = page_of_six();
    let header = page.split("</header>").next().unwrap();
    let report = Report::read(fixture("six-backends.json").as_ref()).unwrap();
    let answers = page.split("id=\"holds\"").next().unwrap();
    for variant in report.variants.iter().filter(|variant| variant.control_of.is_none()) {
        assert!(header.contains(&variant.backend_info.engine) && header.contains(&variant.label), "{}", variant.label);
        assert!(answers.contains(&format!("<td>{}</td>", variant.licence)), "{}", variant.licence);
        // The parts of an exit that are measured separately for this backend, and the rest.
        let parts = variant.backend_info.exit_made_of.iter().map(|id| id.trim_start_matches("floor/")).chain(["rest"]);
        let mut drawn: Vec<_> = page
            .split("<rect class=\"part ")
            .skip(1)
            .filter(|rect| rect.contains(&format!("data-bar=\"{}\"", variant.label)))
            .filter_map(|rect| rect.split("data-part=\"").nth(1)?.split('"').next())
            .collect();
        drawn.sort_unstable();
        drawn.dedup();
        let mut parts: Vec<_> = parts.collect();
        parts.sort_unstable();
        assert_eq!(drawn, parts, "{}", variant.label);
    }
}

/// Finds classes that were renamed in the style sheet or in the markup only.
#[test]
fn every_class_of_the_style_sheet_is_in_the_markup() {
    let output = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/output");
    let folders = [output.join("html"), output.join("chart")];
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let is_markup = |file: &std::path::PathBuf| file.extension().is_some_and(|kind| kind == "rs" || kind == "js");
    let markup: String = files.filter(is_markup).map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let is_in_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let words: BTreeSet<&str> = markup.split(|letter: char| !is_in_name(letter)).collect();
    let style = std::fs::read_to_string(output.join("html/style.css")).unwrap();
    let classes = style.split('.').skip(1).filter_map(|after| {
        let class = &after[..after.find(|letter| !is_in_name(letter)).unwrap_or(after.len())];
        class.starts_with(|first: char| first.is_ascii_alphabetic()).then_some(class)
    });
    // The classes of a bar's parts are numbered.
    let unused: Vec<_> =
        classes.filter(|class| !words.contains(class) && !["p0", "p1", "p2"].contains(class)).collect();
    assert_eq!(unused, [""; 0]);
}

/// Tests that the tests of errors and requests can fail.
#[test]
fn a_request_or_an_error_is_noticed() {
    for (spoilt, noticed) in [
        ("<img src='http://192.0.2.1/x.png'>", "request of http://192.0.2.1"),
        ("<script>nowhere();</script>", "nowhere is not defined"),
    ] {
        let page = page().replacen("<h1>", &format!("{spoilt}<h1>"), 1);
        let Some((_, wrong)) = played(&page, "", (1280, 900)) else { return };
        assert!(wrong.iter().any(|wrong| wrong.contains(noticed)), "{wrong:?}");
    }
}

#[test]
fn the_charts_show_the_numbers_of_the_report() {
    let script = "outcome = [...document.querySelectorAll('figure .mark[data-y]')].map((mark) => {
        const { variant, name, y, low, high } = mark.dataset;
        return [mark.closest('svg').querySelector('title').textContent, variant, name, +y, +low, +high];
    });";
    let Some((outcome, wrong)) = played(&page(), script, (1280, 900)) else { return };
    assert_eq!(wrong, [""; 0]);
    /// Chart, variant, cell, time, and both ends of the interval.
    type Mark = (String, String, String, f64, Option<f64>, Option<f64>);
    let marks: Vec<Mark> = serde_json::from_value(outcome).unwrap();
    let report = report();
    let mut charts: BTreeMap<&str, usize> = BTreeMap::new();
    for (chart, variant, name, y, low, high) in &marks {
        *charts.entry(chart).or_default() += 1;
        let place = report.variants.iter().position(|known| known.label == *variant).unwrap();
        let rows = estimates::rows(&report);
        let cell = &rows.iter().find(|row| row.cell_id.to_string() == *name).unwrap().cells[place];
        if chart == "Size of the artifact" {
            assert!(cell.record.metrics.iter().any(|(name, value)| name == "artifact bytes" && value == y));
        } else {
            let shown = [Some(*y), *low, *high];
            let known = cell.known().map(|(_, range)| range);
            let known = [cell.nanoseconds(), known.map(|range| range.low), known.map(|range| range.high)];
            // JSON may round a number to the neighbouring one.
            let near = |(a, b): (&Option<f64>, &Option<f64>)| {
                a.is_some() == b.is_some() && a.zip(*b).is_none_or(|(a, b)| (a / b - 1.0).abs() < 1e-12)
            };
            assert!(shown.iter().zip(&known).all(near), "{chart}: {variant} {name}: {shown:?} for {known:?}");
        }
    }
    // Three backends, each with two sizes, four host depths and five guest depths.
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
    let Some((outcome, wrong)) = played(&page(), script, (1280, 900)) else { return };
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
        const row = document.querySelector('tr[data-cell=\"unwind/typed\"]');
        const button = row.querySelector('button.raw');
        button.click();
        const circles = row.nextElementSibling.querySelectorAll('circle').length;
        const open = button.ariaExpanded;
        button.click();
        const none = document.querySelector('tr[data-cell=\"unwind/interrupt\"] button.raw');
        none.click();
        outcome = [circles, open, button.ariaExpanded, none.closest('tr').nextElementSibling.textContent];";
    let Some((outcome, wrong)) = played(&page(), script, (1280, 900)) else { return };
    assert_eq!(wrong, [""; 0]);
    let rounds = |report: &Report| {
        let cells = report.cells.iter().filter(|cell| cell.cell_id.to_string() == "unwind/typed");
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
    report.variants[1].label = format!("cranelift {evil}");
    report.variants[1].licence = evil.into();
    report.run.notes = vec![evil.into()];
    let Document::Check(mut check_result) = Document::read(fixture("check.json").as_ref()).unwrap() else {
        panic!("a check")
    };
    check_result.results[0].scenario = evil.into();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evil.json");
    let report_set = ReportSet { reports: vec![report], checks: vec![check_result], ..ReportSet::default() };
    std::fs::write(&file, serde_json::to_string(&report_set).unwrap()).unwrap();
    let page = stdout(&["report", file.to_str().unwrap(), "--format", "html"]);
    let script = "document.querySelectorAll('button.raw').forEach((button) => button.click());
        outcome = document.querySelectorAll('img').length;";
    let Some((outcome, wrong)) = played(&page, script, (1280, 900)) else { return };
    assert_eq!((outcome, wrong), (0.into(), vec![]));
}

/// All cells, including the largest sizes, with ten launches of twelve rounds: twice as many samples as a default run.
#[test]
fn with_full_data_it_is_under_two_megabytes() {
    let mut report = report();
    let cell_ids = early_exit::catalog::benchmark::all().flat_map(|benchmark| benchmark.cell_ids(true));
    let model = report.cells[..report.variants.len()].to_vec();
    let cell = |n: usize, cell_id: &CellId, cell: &CellRecord| {
        let time =
            |launch: u32, round: u32| 1234.5678 * (1 + n) as f64 * (1.0 + 0.013 * f64::from(launch * 7 % 5 + round));
        let launch = |launch| Launch {
            nanoseconds: (0..12).map(|round| time(launch, round)).collect(),
            ..Launch::empty(launch, 10, 1)
        };
        CellRecord { cell_id: cell_id.clone(), launches: (1..=10).map(launch).collect(), ..cell.clone() }
    };
    report.cells = cell_ids
        .enumerate()
        .flat_map(|(n, cell_id)| model.iter().map(|of| cell(n, &cell_id, of)).collect::<Vec<_>>())
        .collect();
    let report_set = ReportSet { reports: vec![report], ..ReportSet::default() };
    let page = html::page(&report_set, &Workload::default());
    assert!(page.len() > 500_000 && page.len() < 2_000_000, "{} bytes", page.len());
}
