//! Renders a profile: the functions with a cell's instructions.
use std::fmt::Write;

use super::grid::Grid;
use super::terminal::heading;
use crate::catalog::benchmark::CellId;
use crate::sampling::instructions::{Function, Profiled};
use crate::units;

/// The legend of the tables.
pub(crate) const NOTES: &str = "self: in the function's own code; inclusive: with all that it calls; both are shares of all instructions\n\
                         [compiled at run time]: the guest's code and its trampolines; [no name]: a library without names\n\
                         note: instructions of the kernel are not counted; `-o FOLDER` keeps the files for KCachegrind";

/// The functions with the most instructions, for a terminal.
pub(crate) fn table(profiled: &Profiled, cell_id: &CellId, top: usize) -> String {
    let mut shown = heading(&profiled.label);
    let profile = match &profiled.outcome {
        Ok(profile) => profile,
        Err(reason) => return shown + &format!("no profile of {cell_id}: {reason}\n\n"),
    };
    let each = profile.total / profiled.iterations.max(1);
    let _ = writeln!(shown, "{cell_id}: {} instructions per iteration, of {}", units::count(each), profiled.iterations);
    let share = |count: u64| format!("{:.1} %", 100.0 * count as f64 / profile.total.max(1) as f64);
    let mut grid = Grid::new("self", ["inclusive", "function"]);
    for function in profile.functions.iter().take(top) {
        grid.row(share(function.own), [share(function.inclusive), name(function)]);
    }
    shown += &grid.terminal();
    let rest = profile.functions.iter().skip(top);
    let own: u64 = rest.clone().map(|function| function.own).sum();
    if own > 0 {
        let _ = writeln!(shown, "{} in {} other functions", share(own), rest.count());
    }
    shown + "\n"
}

/// The limit of a displayed name, in letters.
const MAX_NAME: usize = 100;

fn name(function: &Function) -> String {
    match (&function.name, function.object.rsplit('/').next()) {
        (Some(name), _) => match name.char_indices().nth(MAX_NAME) {
            Some((end, _)) => format!("{}...", &name[..end]),
            None => name.clone(),
        },
        (None, Some(object)) if object != "???" => format!("[no name] {object}"),
        (None, _) => "[compiled at run time]".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::instructions::Profile;

    #[test]
    fn shares_are_of_all_instructions_and_the_rest_has_a_row() {
        let function = |(name, own, inclusive): (Option<&str>, u64, u64)| Function {
            name: name.map(str::to_owned),
            object: name.map_or("???", |_| "/bin/a").into(),
            own,
            inclusive,
        };
        let functions = [(Some("_Unwind_Find_FDE"), 600, 600), (None, 300, 1000), (Some("malloc"), 100, 100)];
        let shown = |outcome| {
            let profiled = Profiled { label: "cranelift".into(), iterations: 2, outcome };
            anstream::adapter::strip_str(&table(&profiled, &"unwind/typed".parse().unwrap(), 2)).to_string()
        };
        let text = shown(Ok(Profile { total: 1000, functions: functions.map(function).into() }));
        for expected in [
            "unwind/typed: 500 instructions per iteration, of 2",
            "60.0 %  60.0 %     _Unwind_Find_FDE",
            "30.0 %  100.0 %    [compiled at run time]",
            "10.0 % in 1 other functions",
        ] {
            assert!(text.contains(expected), "{text}");
        }
        assert!(shown(Err("it is about threads".into())).contains("no profile of unwind/typed: it is about"));
    }
}
