//! Parses the output of callgrind: <https://valgrind.org/docs/manual/cl-format.html>.
use std::collections::HashMap;

use anyhow::{Context, Result};

/// Instruction counts per function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// All instructions.
    pub total: u64,
    /// The functions, sorted by their own instructions, highest first.
    pub functions: Vec<Function>,
}

/// The instructions of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The name; `None` for code without a symbol, such as code compiled at run time.
    pub name: Option<String>,
    /// The object file of the code.
    pub object: String,
    /// Instructions of the function itself.
    pub own: u64,
    /// Instructions of the function and its callees.
    pub inclusive: u64,
}

/// The instructions in a file, or of an iteration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Count {
    /// All of them.
    pub(crate) total: f64,
    /// Of these, the ones in [`UNWIND_TABLE_SEARCH`].
    pub(crate) unwind_table_search: f64,
}

/// The function of libgcc that searches a program's unwind table: a binary search that ends early at some places.
const UNWIND_TABLE_SEARCH: &str = "_Unwind_Find_FDE";

impl Count {
    /// Reads a file.
    ///
    /// # Errors
    /// When the file is not a callgrind file.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let total = total(text)? as f64;
        if !text.contains(UNWIND_TABLE_SEARCH) {
            return Ok(Self { total, unwind_table_search: 0.0 });
        }
        let is_search = |function: &&Function| function.name.as_deref() == Some(UNWIND_TABLE_SEARCH);
        let functions = Profile::parse(text)?.functions;
        let search: u64 = functions.iter().filter(is_search).map(|function| function.own).sum();
        Ok(Self { total, unwind_table_search: search as f64 })
    }
}

/// The number of instructions in a file.
///
/// # Errors
/// When the file has no total.
fn total(text: &str) -> Result<u64> {
    let events =
        text.lines().find_map(|line| line.strip_prefix("events:")).context("the callgrind file has no `events`")?;
    let column = column(events)?;
    // `totals` is the last line, over all threads and parts in the file.
    let totals = text.lines().rev().find_map(|line| line.strip_prefix("totals:"));
    totals.and_then(|totals| count_in(totals, column)).context("the callgrind file has no `totals`")
}

/// The count in a column; `None` if it is invalid. Trailing zeros can be omitted.
fn count_in(line: &str, column: usize) -> Option<u64> {
    line.split_whitespace().nth(column).map_or(Some(0), |count| count.parse().ok())
}

/// The column of the instructions.
fn column(events: &str) -> Result<usize> {
    events.split_whitespace().position(|event| event == "Ir").context("the callgrind file has no `Ir`")
}

/// Compressed names: written in full once, then referred to by number: `(12) name`, `(12)`.
#[derive(Default)]
struct Names(HashMap<String, String>);

impl Names {
    fn resolve(&mut self, text: &str) -> Option<String> {
        let text = text.trim();
        let Some(rest) = text.strip_prefix('(') else { return Some(text.to_owned()) };
        let (number, name) = rest.split_once(')')?;
        if !number.bytes().all(|byte| byte.is_ascii_digit()) || number.is_empty() {
            return Some(text.to_owned());
        }
        if !name.trim().is_empty() {
            self.0.insert(number.to_owned(), name.trim().to_owned());
        }
        self.0.get(number).cloned()
    }
}

/// A function: name and object. All code without a symbol in one object is one function, because code compiled at run time has
/// one per address.
type Key = (Option<String>, String);

#[derive(Default)]
struct FunctionCosts {
    own: u64,
    called: u64,
}

impl Profile {
    /// Parses a file.
    ///
    /// # Errors
    /// When the file is not a callgrind file.
    pub fn parse(text: &str) -> Result<Self> {
        let total = total(text)?;
        let mut reader = CallgrindReader::default();
        for (n, line) in text.lines().enumerate() {
            let invalid = || format!("line {} of the callgrind file is invalid: {line}", n + 1);
            reader.line(line.trim()).with_context(invalid)?;
        }
        let mut functions: Vec<_> = reader
            .costs
            .into_iter()
            .map(|((name, object), costs)| Function {
                name,
                object,
                own: costs.own,
                // Mutually recursive functions have calls that are counted more than once.
                inclusive: costs.own.saturating_add(costs.called).min(total),
            })
            .collect();
        functions.sort_by(|a, b| (b.own, b.inclusive, &a.name).cmp(&(a.own, a.inclusive, &b.name)));
        Ok(Self { total, functions })
    }
}

#[derive(Default)]
struct CallgrindReader {
    objects: Names,
    functions: Names,
    /// The number of position columns, and the column of the instructions behind them.
    positions: Option<usize>,
    event: usize,
    object: String,
    function: Option<Key>,
    callee_object: Option<String>,
    callee: Option<Key>,
    /// Whether the next line has the cost of a call.
    is_call: bool,
    costs: HashMap<Key, FunctionCosts>,
}

impl CallgrindReader {
    /// Parses a line; `None` if it is invalid.
    fn line(&mut self, line: &str) -> Option<()> {
        if line.is_empty() || line.starts_with('#') {
            return Some(());
        }
        if line.starts_with(|start: char| start.is_ascii_digit() || "+-*".contains(start)) {
            return self.numbers(line);
        }
        if let Some((key, value)) = line.split_once('=').filter(|(key, _)| key.len() <= 5) {
            match key {
                "ob" => self.object = self.objects.resolve(value)?,
                "fn" => self.function = Some(self.key(value, self.object.clone())?),
                "cob" => self.callee_object = Some(self.objects.resolve(value)?),
                "cfn" => {
                    let object = self.callee_object.take().unwrap_or_else(|| self.object.clone());
                    self.callee = Some(self.key(value, object)?);
                }
                "calls" => self.is_call = true,
                // Files and jumps are ignored: fl, fi, fe, cfi, cfl.
                _ => {}
            }
            return Some(());
        }
        // A header or a total: `key: value`.
        let (key, value) = line.split_once(':')?;
        match key {
            "positions" => self.positions = Some(value.split_whitespace().count()),
            "events" => self.event = column(value).ok()?,
            _ => {}
        }
        Some(())
    }

    fn key(&mut self, name: &str, object: String) -> Option<Key> {
        let mut name = self.functions.resolve(name)?;
        // Recursion levels have a suffix: `name'2`.
        if let Some((whole, level)) = name.rsplit_once('\'')
            && !level.is_empty()
            && level.bytes().all(|byte| byte.is_ascii_digit())
        {
            name.truncate(whole.len());
        }
        // Code without a symbol has an address or nothing.
        Some((Some(name).filter(|name| name != "???" && !name.starts_with("0x")), object))
    }

    fn numbers(&mut self, line: &str) -> Option<()> {
        let cost = count_in(line, self.positions.unwrap_or(1) + self.event)?;
        let function = self.function.clone()?;
        let is_recursive = self.callee.as_ref() == Some(&function);
        let costs = self.costs.entry(function).or_default();
        if !std::mem::take(&mut self.is_call) {
            costs.own = costs.own.saturating_add(cost);
        } else if !is_recursive {
            costs.called = costs.called.saturating_add(cost);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// From the manual, with a second object, code without names and a recursive function.
    const TEXT: &str = "# callgrind format\nversion: 1\ncreator: callgrind-3.19.0\npid: 1\ncmd: ./a out=1\npart: 1\n\n\
        desc: Trigger: Client Request: batch\n\npositions: line\nevents: Ir\nsummary: 900\n\n\
        ob=(1) /bin/a\nfl=(1) file1.c\nfn=(1) main\n16 20\ncfn=(2) func1\ncalls=1 50\n16 400\n\
        cob=(2) /lib/c\ncfi=(2) file2.c\ncfn=(3) func2\ncalls=3 20\n16 380\n\n\
        fn=(2)\n51 100\n+1 20\ncfn=(6) func1'2\ncalls=2 50\n* 200\ncob=(3) ???\ncfn=(4) 0x0000000004a3b2c1\ncalls=1 0\n-2 280\n\n\
        ob=(2)\nfl=(2)\nfn=(3)\n20 380\n\nob=(3)\nfn=(4)\n0 270\n\nfn=(5) 0x0000000004a3b2d1\n0 10\n\ntotals: 800\n";

    fn function<'a>(profile: &'a Profile, name: Option<&str>) -> &'a Function {
        profile.functions.iter().find(|function| function.name.as_deref() == name).unwrap()
    }

    #[test]
    fn the_search_of_the_unwind_table_is_part_of_the_count() {
        let count = |text: &str| {
            let count = Count::parse(text).unwrap();
            (count.total, count.unwind_table_search)
        };
        assert_eq!(count(TEXT), (800.0, 0.0));
        assert_eq!(count(&TEXT.replace("func2", UNWIND_TABLE_SEARCH)), (800.0, 380.0));
    }

    #[test]
    fn functions_have_own_and_inclusive_counts() {
        let profile = Profile::parse(TEXT).unwrap();
        assert_eq!((profile.total, total(TEXT).unwrap()), (800, 800));
        let costs = |name| (function(&profile, name).own, function(&profile, name).inclusive);
        assert_eq!(costs(Some("main")), (20, 800));
        assert_eq!(costs(Some("func1")), (120, 400), "a call of itself is in what the first call took");
        assert_eq!(costs(Some("func2")), (380, 380));
        assert_eq!(costs(None), (280, 280), "all code without a name is one function");
        assert_eq!(function(&profile, Some("func2")).object, "/lib/c");
        assert_eq!(profile.functions[0].name.as_deref(), Some("func2"), "the most costly is first");
        assert_eq!(profile.functions.iter().map(|function| function.own).sum::<u64>(), profile.total);
    }

    #[test]
    fn invalid_files_are_rejected_with_the_line() {
        let no = |part| format!("the callgrind file has no `{part}`");
        let error = |text| total(text).unwrap_err().to_string();
        assert_eq!(error("nonsense"), no("events"));
        assert_eq!(error("events: Ir"), no("totals"));
        assert_eq!(error("events: Dr\ntotals: 1"), no("Ir"));
        assert_eq!(total("events: Dr Ir\ntotals: 7 9").unwrap(), 9);
        assert_eq!(Count::parse("events: Ir").unwrap_err().to_string(), no("totals"));
        let cut = Profile::parse(&TEXT.replace("fn=(2)\n51", "fn=(9)\n51"));
        assert_eq!(cut.unwrap_err().to_string(), "line 27 of the callgrind file is invalid: fn=(9)");
    }

    proptest! {
        #[test]
        fn arbitrary_lines_do_not_panic(lines in prop::collection::vec("(fn=|cfn=|ob=|calls=|events: |totals: |positions: )?[(]?[0-9+*-]{0,3}[)]?[ a-zA-Z]{0,5}[0-9]{0,22}", 0..20)) {
            let _ = Profile::parse(&format!("events: Ir\ntotals: 5\n{}", lines.join("\n")));
        }
    }
}
